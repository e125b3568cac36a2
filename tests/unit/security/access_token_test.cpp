#include "domain/limits.hpp"
#include "security/access_token.hpp"
#include "security/base64url.hpp"
#include "unit/security/token_tools.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

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

class AccessTokens : public ::testing::TestWithParam<key_algorithm> {
protected:
  void expect_refusal(const std::string& token, const std::string& why = "") {
    const auto claims = codec.verify(token, now);
    ASSERT_FALSE(claims) << token;
    EXPECT_EQ(claims.error().code, errc::unauthenticated);
    EXPECT_EQ(claims.error().hint, "");
    EXPECT_THAT(claims.error().cause, HasSubstr(why)) << token;
  }

  signing_key key = test::make_key('k', GetParam());
  access_token_codec codec{key, test::issuer, test::audience};
  std::string valid = codec.sign(test::make_claims());
};

TEST_P(AccessTokens, ComeBackAsTheyWere) {
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

TEST_P(AccessTokens, AreJwtsThatOthersCanVerify) {
  const auto parts = split(valid);
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_EQ(nlohmann::json::parse(decode_base64url(parts[0]).value()),
            nlohmann::json({{"alg", to_string(GetParam())}, {"typ", "at+jwt"}, {"kid", key.kid}}));
  EXPECT_EQ(nlohmann::json::parse(decode_base64url(parts[1]).value()),
            nlohmann::json({{"iss", test::issuer},
                            {"aud", test::audience},
                            {"sub", "1234567890123456789"},
                            {"sid", "987654321098765432"},
                            {"iat", 1795305600},
                            {"nbf", 1795305600},
                            {"exp", 1795306500},
                            {"role", "user"}}));
  EXPECT_EQ(parts[2], encode_base64url(test::signature_of(key, parts[0] + "." + parts[1])));
}

TEST_P(AccessTokens, AreAcceptedFromAnIndependentSigner) {
  const auto parts = split(valid);
  EXPECT_EQ(test::sign_parts(key, parts[0], parts[1]), valid);
  EXPECT_EQ(test::sign_json(key, test::header_json(key), decode_base64url(parts[1]).value()),
            valid);
}

TEST_P(AccessTokens, CarryTimesInWholeSeconds) {
  access_claims claims = test::make_claims();
  claims.issued_at = now - 1us;
  claims.expires_at = now + 10s - 1us;
  const auto verified = codec.verify(codec.sign(claims), now);
  ASSERT_TRUE(verified);
  EXPECT_EQ(verified->issued_at, now - 1s);
  EXPECT_EQ(verified->expires_at, now + 9s);
}

TEST_P(AccessTokens, AreVerifiedWithAnIssuerThatNeedsEscapes) {
  access_token_codec odd{key, "a \"quoted\"\\\n name", "麻雀"};
  EXPECT_TRUE(odd.verify(odd.sign(test::make_claims()), now));
}

TEST_P(AccessTokens, Asvs9_2_1_ExpireOnTheSecond) {
  const utc_time expiry = test::make_claims().expires_at;
  EXPECT_TRUE(codec.verify(valid, expiry - 1us));
  for (const utc_time late : {expiry, expiry + 1us, expiry + 24h * 365}) {
    const auto claims = codec.verify(valid, late);
    ASSERT_FALSE(claims);
    EXPECT_EQ(claims.error().code, errc::token_expired);
  }
}

TEST_P(AccessTokens, Asvs9_2_1_AreNotValidBeforeTheirTime) {
  // Another node made it, and its clock may be ahead of ours: by so much and no more.
  const utc_time earliest = test::make_claims().issued_at - limits::clock_skew;
  EXPECT_TRUE(codec.verify(valid, earliest));
  const auto claims = codec.verify(valid, earliest - 1us);
  ASSERT_FALSE(claims);
  EXPECT_EQ(claims.error().code, errc::unauthenticated);
  EXPECT_THAT(claims.error().cause, HasSubstr("not yet valid"));
}

TEST_P(AccessTokens, Asvs9_1_1_OfAnExpiredForgeryAreForgeries) {
  access_claims claims = test::make_claims();
  claims.expires_at = now - 1h;
  std::string expired = codec.sign(claims);
  EXPECT_EQ(codec.verify(expired, now).error().code, errc::token_expired);
  expired[expired.rfind('.') + 1] ^= 1;
  expect_refusal(expired);
}

TEST_P(AccessTokens, Asvs9_1_1_OfAnotherKeyAreRefused) {
  const signing_key other = test::make_key('x', GetParam());
  access_token_codec stranger{other, test::issuer, test::audience};
  expect_refusal(stranger.sign(test::make_claims()), "the key is not known");

  // The right name, but the wrong key.
  signing_key impostor = other;
  impostor.kid = key.kid;
  access_token_codec liar{impostor, test::issuer, test::audience};
  expect_refusal(liar.sign(test::make_claims()), "the signature is wrong");

  // The same secret for the other algorithm is another key.
  const auto sibling = test::make_key(
      'k', GetParam() == key_algorithm::hs256 ? key_algorithm::eddsa : key_algorithm::hs256);
  access_token_codec relative{sibling, test::issuer, test::audience};
  expect_refusal(relative.sign(test::make_claims()), "the key is not known");

  // The key for refresh tokens has no say here.
  signing_key swapped = key;
  std::swap(swapped.access_key, swapped.refresh_key);
  access_token_codec confused{swapped, test::issuer, test::audience};
  expect_refusal(confused.sign(test::make_claims()), "the signature is wrong");
}

TEST_P(AccessTokens, Asvs9_2_3_OfAnotherAudienceOrIssuerAreRefused) {
  access_token_codec other_audience{key, test::issuer, "another"};
  expect_refusal(other_audience.sign(test::make_claims()), "aud is another");
  access_token_codec other_issuer{key, "another", test::audience};
  expect_refusal(other_issuer.sign(test::make_claims()), "iss is another");
}

TEST_P(AccessTokens, AreRefusedWithAnyPartMissing) {
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

TEST_P(AccessTokens, AreRefusedWithPaddingStrayBitsOrAnotherAlphabet) {
  const auto parts = split(valid);
  const std::string beginning = parts[0] + "." + parts[1] + ".";
  expect_refusal(valid + "=");
  std::string stray = parts[2]; // Neither 32 nor 64 bytes fill their last character.
  stray.back() = static_cast<char>(stray.back() + 1);
  expect_refusal(beginning + stray, "the signature is wrong");

  // Even with the right signature.
  expect_refusal(test::sign_parts(key, parts[0], parts[1] + "="), "the payload is not base64url");
  expect_refusal(test::sign_parts(key, parts[0], parts[1] + " "), "the payload is not base64url");
  expect_refusal(test::sign_parts(key, parts[0], parts[1] + "." + parts[1]),
                 "the payload is not base64url");
  expect_refusal(test::sign_parts(key, parts[0], ""), "the payload is not JSON");
}

TEST_P(AccessTokens, AreRefusedWhenTheyAreHuge) {
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

TEST_P(AccessTokens, AreNotMadeIfTheyWouldBeTooLong) {
  EXPECT_THROW((access_token_codec{key, std::string(2000, 'i'), "a"}), std::invalid_argument);
}

TEST_P(AccessTokens, Asvs16_2_5_DoNotShowInTheCause) {
  for (const std::string& token : {valid.substr(1), valid.substr(0, valid.size() - 1)}) {
    const auto refused = codec.verify(token, now);
    ASSERT_FALSE(refused);
    for (const std::string& part : split(token)) {
      EXPECT_THAT(refused.error().cause, Not(HasSubstr(part.substr(0, 8))));
    }
  }
}

TEST_P(AccessTokens, CodecCanBeMoved) {
  access_token_codec moved{std::move(codec)};
  EXPECT_TRUE(moved.verify(valid, now));
  codec = access_token_codec{test::make_key('x', GetParam()), test::issuer, test::audience};
  expect_refusal(valid);
}

INSTANTIATE_TEST_SUITE_P(OfBothAlgorithms, AccessTokens,
                         ::testing::Values(key_algorithm::hs256, key_algorithm::eddsa),
                         [](const auto& tested) { return std::string{to_string(tested.param)}; });

} // namespace
} // namespace maque::security
