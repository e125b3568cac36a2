#include "domain/limits.hpp"
#include "security/access_token.hpp"
#include "security/base64url.hpp"
#include "unit/security/token_tools.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace maque::security {
namespace {

using namespace std::chrono_literals;
using test::now;
using ::testing::HasSubstr;

std::vector<std::string> split(const std::string& token) {
  std::vector<std::string> parts{""};
  for (const char c : token) {
    if (c == '.') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

class AccessTokens : public ::testing::Test {
protected:
  void expect_refusal(const std::string& token, const std::string& why = "") {
    const auto claims = codec.verify(token, now);
    ASSERT_FALSE(claims) << token;
    EXPECT_EQ(claims.error().code, errc::unauthenticated);
    EXPECT_EQ(claims.error().hint, "");
    EXPECT_THAT(claims.error().cause, HasSubstr(why)) << token;
  }

  signing_key key = test::make_key();
  access_token_codec codec{key, test::issuer, test::audience};
  std::string valid = codec.sign(test::make_claims());
};

TEST_F(AccessTokens, ComeBackAsTheyWere) {
  for (const user_role role : {user_role::user, user_role::admin_operator}) {
    for (const std::uint64_t id : {1ULL, 1ULL << 53, (1ULL << 63) - 1}) {
      access_claims claims = test::make_claims();
      claims.user = {id};
      claims.session = {id};
      claims.role = role;
      const auto verified = codec.verify(codec.sign(claims), now);
      ASSERT_TRUE(verified) << verified.error().cause;
      EXPECT_EQ(verified->user, claims.user);
      EXPECT_EQ(verified->session, claims.session);
      EXPECT_EQ(verified->role, claims.role);
      EXPECT_EQ(verified->issued_at, claims.issued_at);
      EXPECT_EQ(verified->expires_at, claims.expires_at);
    }
  }
}

TEST_F(AccessTokens, AreJwtsThatOthersCanVerify) {
  const auto parts = split(valid);
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(nlohmann::json::parse(decode_base64url(parts[0]).value()),
            nlohmann::json({{"alg", "HS256"}, {"typ", "at+jwt"}, {"kid", key.kid}}));
  EXPECT_EQ(nlohmann::json::parse(decode_base64url(parts[1]).value()),
            nlohmann::json({{"iss", test::issuer},
                            {"aud", test::audience},
                            {"sub", "1234567890123456789"},
                            {"sid", "987654321098765432"},
                            {"iat", 1795305600},
                            {"nbf", 1795305600},
                            {"exp", 1795306500},
                            {"role", "user"}}));
  EXPECT_EQ(parts[2],
            encode_base64url(test::hmac(key.access_key.reveal(), parts[0] + "." + parts[1])));
}

TEST_F(AccessTokens, AreAcceptedFromAnIndependentSigner) {
  const auto parts = split(valid);
  EXPECT_EQ(test::sign_parts(key, parts[0], parts[1]), valid);
  EXPECT_EQ(test::sign_json(key, test::header_json(key), decode_base64url(parts[1]).value()),
            valid);
}

TEST_F(AccessTokens, CarryTimesInWholeSeconds) {
  access_claims claims = test::make_claims();
  claims.issued_at = now - 1us;
  claims.expires_at = now + 10s - 1us;
  const auto verified = codec.verify(codec.sign(claims), now);
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->issued_at, now - 1s);
  EXPECT_EQ(verified->expires_at, now + 9s);
}

TEST_F(AccessTokens, AreVerifiedWithAnIssuerThatNeedsEscapes) {
  access_token_codec odd{key, "a \"quoted\"\\\n name", "麻雀"};
  EXPECT_TRUE(odd.verify(odd.sign(test::make_claims()), now));
}

TEST_F(AccessTokens, Asvs9_2_1_ExpireOnTheSecond) {
  const utc_time expiry = test::make_claims().expires_at;
  EXPECT_TRUE(codec.verify(valid, expiry - 1us));
  for (const utc_time late : {expiry, expiry + 1us, expiry + 24h * 365}) {
    const auto claims = codec.verify(valid, late);
    ASSERT_FALSE(claims);
    EXPECT_EQ(claims.error().code, errc::token_expired);
  }
}

TEST_F(AccessTokens, Asvs9_2_1_AreNotValidBeforeTheirTime) {
  // Another node made it, and its clock may be ahead of ours: by so much and no more.
  const utc_time earliest = test::make_claims().issued_at - limits::clock_skew;
  EXPECT_TRUE(codec.verify(valid, earliest));
  const auto claims = codec.verify(valid, earliest - 1us);
  ASSERT_FALSE(claims);
  EXPECT_EQ(claims.error().code, errc::unauthenticated);
  EXPECT_THAT(claims.error().cause, HasSubstr("not yet valid"));
}

TEST_F(AccessTokens, Asvs9_1_1_OfAnExpiredForgeryAreForgeries) {
  access_claims claims = test::make_claims();
  claims.expires_at = now - 1h;
  std::string expired = codec.sign(claims);
  EXPECT_EQ(codec.verify(expired, now).error().code, errc::token_expired);
  expired[expired.rfind('.') + 1] ^= 1;
  expect_refusal(expired);
}

TEST_F(AccessTokens, Asvs9_1_1_OfAnotherKeyAreRefused) {
  const signing_key other = test::make_key('x');
  access_token_codec stranger{other, test::issuer, test::audience};
  expect_refusal(stranger.sign(test::make_claims()), "the key is not known");

  // The right name, but the wrong key.
  signing_key impostor = other;
  impostor.kid = key.kid;
  access_token_codec liar{impostor, test::issuer, test::audience};
  expect_refusal(liar.sign(test::make_claims()), "the signature is wrong");

  // The key for refresh tokens has no say here.
  signing_key swapped = key;
  std::swap(swapped.access_key, swapped.refresh_key);
  access_token_codec confused{swapped, test::issuer, test::audience};
  expect_refusal(confused.sign(test::make_claims()), "the signature is wrong");
}

TEST_F(AccessTokens, Asvs9_2_3_OfAnotherAudienceOrIssuerAreRefused) {
  access_token_codec other_audience{key, test::issuer, "another"};
  expect_refusal(other_audience.sign(test::make_claims()), "aud is another");
  access_token_codec other_issuer{key, "another", test::audience};
  expect_refusal(other_issuer.sign(test::make_claims()), "iss is another");
}

TEST_F(AccessTokens, Asvs9_1_1_AreRefusedWhenAnyCharacterIsChanged) {
  for (std::size_t i = 0; i < valid.size(); ++i) {
    for (int c = 0; c < 256; ++c) {
      std::string changed = valid;
      changed[i] = static_cast<char>(c);
      if (changed != valid) expect_refusal(changed);
    }
  }
}

TEST_F(AccessTokens, Asvs9_1_1_AreRefusedWhenAnyCharacterIsLostOrAdded) {
  for (std::size_t i = 0; i <= valid.size(); ++i) {
    expect_refusal(valid.substr(0, i) + 'A' + valid.substr(i));
    expect_refusal(valid.substr(0, i) + '.' + valid.substr(i));
    if (i < valid.size()) {
      expect_refusal(valid.substr(0, i));
      expect_refusal(valid.substr(0, i) + valid.substr(i + 1));
    }
  }
}

TEST_F(AccessTokens, Asvs9_1_1_AreRefusedAfterRandomMutations) {
  std::mt19937_64 random{1};
  const auto below = [&](std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>{0, bound - 1}(random);
  };
  for (int i = 0; i < 20'000; ++i) {
    std::string mutated = valid;
    for (std::size_t edits = 1 + below(4); edits > 0; --edits) {
      const std::size_t at = below(mutated.size());
      const std::size_t length = 1 + below(8);
      switch (below(5)) {
      case 0:
        mutated[at] = static_cast<char>(below(256));
        break;
      case 1:
        mutated.erase(at, length);
        break;
      case 2:
        mutated.insert(at, length, static_cast<char>(below(256)));
        break;
      case 3:
        mutated.insert(at, mutated, below(mutated.size()), length);
        break;
      default:
        std::swap(mutated[at], mutated[below(mutated.size())]);
        break;
      }
      if (mutated.empty()) mutated = ".";
    }
    if (mutated != valid) expect_refusal(mutated);
  }
}

TEST_F(AccessTokens, AreRefusedWithAnyPartMissing) {
  const auto parts = split(valid);
  const std::string all[] = {
      "",
      ".",
      "..",
      "...",
      parts[0],
      parts[0] + ".",
      parts[0] + "..",
      parts[0] + "." + parts[1],
      parts[0] + "." + parts[1] + ".",
      parts[0] + ".." + parts[2],
      "." + parts[1] + "." + parts[2],
      valid + ".",
      "." + valid,
      valid + "." + parts[2],
      parts[0] + "." + parts[1] + "." + parts[1] + "." + parts[2],
  };
  for (const std::string& token : all) {
    expect_refusal(token);
  }
}

TEST_F(AccessTokens, AreRefusedWithPaddingStrayBitsOrAnotherAlphabet) {
  const auto parts = split(valid);
  const std::string beginning = parts[0] + "." + parts[1] + ".";
  expect_refusal(valid + "=");
  std::string stray = parts[2]; // 32 bytes leave two bits of the last character unused.
  stray.back() = static_cast<char>(stray.back() + 1);
  expect_refusal(beginning + stray, "the signature is wrong");

  // Even with the right signature.
  expect_refusal(test::sign_parts(key, parts[0], parts[1] + "="), "the payload is not base64url");
  expect_refusal(test::sign_parts(key, parts[0], parts[1] + " "), "the payload is not base64url");
  expect_refusal(test::sign_parts(key, parts[0], parts[1] + "." + parts[1]),
                 "the payload is not base64url");
  expect_refusal(test::sign_parts(key, parts[0], ""), "the payload is not JSON");
}

TEST_F(AccessTokens, AreRefusedWhenTheyAreHuge) {
  const auto parts = split(valid);
  expect_refusal(std::string(limits::access_token_bytes + 1, 'A'), "too long");
  expect_refusal(std::string(10'000'000, '.'), "too long");
  expect_refusal(test::sign_parts(key, parts[0], std::string(10'000, 'A')), "too long");
  expect_refusal(valid + std::string(limits::access_token_bytes, 'A'), "too long");

  // The longest that is looked at.
  const std::size_t rest = parts[0].size() + parts[2].size() + 2;
  const std::string longest =
      test::sign_parts(key, parts[0], std::string(limits::access_token_bytes - rest, 'A'));
  ASSERT_EQ(longest.size(), limits::access_token_bytes);
  expect_refusal(longest, "the payload is not");
}

TEST_F(AccessTokens, AreNotMadeIfTheyWouldBeTooLong) {
  EXPECT_THROW((access_token_codec{key, std::string(2000, 'i'), "a"}), std::invalid_argument);
}

TEST_F(AccessTokens, Asvs16_2_5_DoNotShowInTheCause) {
  for (const std::string& token : {valid.substr(1), valid.substr(0, valid.size() - 1)}) {
    const auto refused = codec.verify(token, now);
    ASSERT_FALSE(refused);
    for (const std::string& part : split(token)) {
      EXPECT_THAT(refused.error().cause, Not(HasSubstr(part.substr(0, 8))));
    }
  }
}

TEST_F(AccessTokens, CodecCanBeMoved) {
  access_token_codec moved{std::move(codec)};
  EXPECT_TRUE(moved.verify(valid, now));
  codec = access_token_codec{test::make_key('x'), test::issuer, test::audience};
  expect_refusal(valid);
}

} // namespace
} // namespace maque::security
