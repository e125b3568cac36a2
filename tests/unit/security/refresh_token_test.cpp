#include "domain/limits.hpp"
#include "security/base64url.hpp"
#include "security/random.hpp"
#include "security/refresh_token.hpp"
#include "unit/security/token_tools.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <random>
#include <string>

namespace maque::security {
namespace {

using ::testing::HasSubstr;

refresh_token make_token() {
  refresh_token token{.session = {0x0102030405060708}, .counter = 0x0A0B0C0D};
  token.secret.fill(0xFF); // So that '_' is among its characters.
  return token;
}

class RefreshTokens : public ::testing::Test {
protected:
  void expect_refusal(const std::string& text, const std::string& why = "") {
    const auto decoded = codec.decode(text, test::now);
    ASSERT_FALSE(decoded) << text;
    EXPECT_EQ(decoded.error().code, errc::invalid_refresh_token);
    EXPECT_EQ(decoded.error().hint, "");
    EXPECT_THAT(decoded.error().cause, HasSubstr(why));
  }

  signing_key key = test::make_key();
  refresh_token_codec codec{key};
  std::string valid = codec.encode(make_token(), test::now);
};

TEST_F(RefreshTokens, ComeBackAsTheyWere) {
  const refresh_token tokens[] = {
      make_token(),
      {.session = {1}, .counter = 0},
      {.session = {INT64_MAX}, .counter = UINT32_MAX, .secret = random_bytes<32>()},
  };
  for (const refresh_token& token : tokens) {
    const auto decoded = codec.decode(codec.encode(token, test::now), test::now);
    ASSERT_TRUE(decoded) << decoded.error().cause;
    EXPECT_EQ(decoded->session, token.session);
    EXPECT_EQ(decoded->counter, token.counter);
    EXPECT_EQ(decoded->secret, token.secret);
  }
}

TEST_F(RefreshTokens, HaveTheDocumentedForm) {
  const std::string body = "\x02" + decode_base64url(key.kid).value() +
                           "\x01\x02\x03\x04\x05\x06\x07\x08" + "\x0A\x0B\x0C\x0D" +
                           std::string(32, '\xFF');
  EXPECT_EQ(valid, encode_base64url(body + test::hmac(key.refresh_key.reveal(), body)));
  EXPECT_LE(valid.size(), limits::refresh_token_bytes);
}

// What the reuse window needs.
TEST_F(RefreshTokens, OfTheNextCounterAreAlwaysTheSame) {
  refresh_token next = codec.decode(valid, test::now).value();
  ++next.counter;
  EXPECT_EQ(codec.encode(next, test::now), codec.encode(next, test::now));
  EXPECT_NE(codec.encode(next, test::now), valid);
}

TEST_F(RefreshTokens, AreRefusedWhenAnyCharacterIsChanged) {
  for (std::size_t i = 0; i < valid.size(); ++i) {
    for (int c = 0; c < 256; ++c) {
      std::string changed = valid;
      changed[i] = static_cast<char>(c);
      if (changed != valid) expect_refusal(changed);
    }
  }
}

TEST_F(RefreshTokens, AreRefusedWhenAnyBitOfTheirBytesIsFlipped) {
  const std::string bytes = decode_base64url(valid).value();
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
    expect_refusal(encode_base64url(flipped), "not made with a key of this server");
  }
}

TEST_F(RefreshTokens, AreRefusedAtEveryOtherLength) {
  for (std::size_t length = 0; length < valid.size(); ++length) {
    // 103 characters are the layout of before.
    expect_refusal(valid.substr(0, length), length == 103 ? "" : "wrong length");
  }
  expect_refusal(valid + "A", "wrong length");
  expect_refusal(valid + "=", "wrong length");
  expect_refusal(valid + valid, "wrong length");
  expect_refusal(std::string(10'000'000, 'A'), "wrong length");
}

TEST_F(RefreshTokens, AreRefusedWithStrayBitsOrAnotherAlphabet) {
  std::string stray = valid; // 86 bytes leave four bits of the last character unused.
  stray.back() = static_cast<char>(stray.back() + 1);
  expect_refusal(stray, "not base64url");

  std::string padded = valid;
  padded.back() = '=';
  expect_refusal(padded, "not base64url");

  std::string spaced = valid;
  spaced[5] = ' ';
  expect_refusal(spaced, "not base64url");
}

TEST_F(RefreshTokens, OfAnotherKeyAreRefused) {
  refresh_token_codec other{test::make_key('x')};
  expect_refusal(other.encode(make_token(), test::now), "not made with a key of this server");

  // The key for access tokens has no say here.
  signing_key swapped = key;
  std::swap(swapped.access_key, swapped.refresh_key);
  refresh_token_codec confused{swapped};
  expect_refusal(confused.encode(make_token(), test::now), "not made with a key of this server");
}

TEST_F(RefreshTokens, OfAnotherVersionAreRefused) {
  const std::string body = "\x03" + decode_base64url(valid)->substr(1, 53);
  expect_refusal(encode_base64url(body + test::hmac(key.refresh_key.reveal(), body)),
                 "made by another version");
}

TEST_F(RefreshTokens, AreRefusedWhenTheyAreMadeUp) {
  std::mt19937_64 random{1};
  std::uniform_int_distribution<int> byte{0, 255};
  for (int i = 0; i < 20'000; ++i) {
    const bool is_old = i % 2 == 0;
    std::string bytes(is_old ? 77 : 86, '\0');
    std::ranges::generate(bytes, [&] { return static_cast<char>(byte(random)); });
    bytes[0] = is_old ? 1 : 2;
    if (!is_old) bytes.replace(1, 9, decode_base64url(key.kid).value());
    expect_refusal(encode_base64url(bytes), "not made with a key of this server");
  }
}

TEST_F(RefreshTokens, Asvs16_2_5_DoNotShowInTheCause) {
  const auto refused = codec.decode(valid.substr(1) + "A", test::now);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().cause, Not(HasSubstr(valid.substr(10, 10))));
}

TEST_F(RefreshTokens, CodecCanBeMoved) {
  refresh_token_codec moved{std::move(codec)};
  EXPECT_TRUE(moved.decode(valid, test::now));
  codec = refresh_token_codec{test::make_key('x')};
  expect_refusal(valid);
}

TEST(RefreshSecrets, Asvs7_2_3_Have256Bits) {
  EXPECT_EQ(sizeof(refresh_secret) * 8, 256U);
}

TEST(RefreshSecrets, AreHashedWithSha256) {
  // FIPS 180-4 of 32 bytes of zero, as OpenSSL's command computes it.
  EXPECT_EQ(encode_base64url(hash_refresh_secret({})),
            "Zmh6rfhivXdsj8GLjp-OIAiXFIVu4jOzkCpZHQ1fKSU");
}

TEST(RefreshSecrets, MatchOnlyTheirOwnHash) {
  const auto value = random_bytes<32>();
  const sha256_digest stored = hash_refresh_secret(value);
  EXPECT_TRUE(matches(value, stored));
  for (std::size_t i = 0; i < value.size(); ++i) {
    refresh_secret other = value;
    other[i] ^= 0x80;
    EXPECT_FALSE(matches(other, stored));
  }
  EXPECT_FALSE(matches(value, {}));
}

} // namespace
} // namespace maque::security
