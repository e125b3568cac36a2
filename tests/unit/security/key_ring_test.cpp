#include "domain/limits.hpp"
#include "security/access_token.hpp"
#include "security/key_ring.hpp"
#include "security/refresh_token.hpp"
#include "unit/security/token_tools.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <set>
#include <stdexcept>
#include <string>

namespace maque::security {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr token_lifetimes lifetimes{15min, 24h * 90};

// A key that has always signed, and one that takes over at a time.
class KeyRings : public ::testing::Test {
protected:
  const utc_time turn = test::now;
  const utc_time access_end = turn + 15min + limits::key_retirement_margin;
  const utc_time refresh_end = turn + 24h * 90 + limits::key_retirement_margin;
  const signing_key old_key = test::make_key('o');
  const signing_key new_key = test::make_key('n', key_algorithm::eddsa);
  const shared_key_ring ring = std::make_shared<const key_ring>(make_key_ring(
      std::vector{timed_key{.key = old_key}, timed_key{.key = new_key, .signs_from = turn}},
      lifetimes));

  access_token_codec before{old_key, test::issuer, test::audience};
  access_token_codec after{ring, test::issuer, test::audience};
  refresh_token_codec refresh_before{old_key};
  refresh_token_codec refresh_after{ring};
};

access_claims claims_from(utc_time issued_at) {
  access_claims claims = test::make_claims();
  claims.issued_at = issued_at;
  claims.expires_at = issued_at + 15min;
  return claims;
}

TEST_F(KeyRings, HaveOneSignerAtATime) {
  EXPECT_EQ(ring->signer(turn - 1us).key.kid, old_key.kid);
  EXPECT_EQ(ring->signer(turn).key.kid, new_key.kid);
  EXPECT_EQ(ring->signer(turn + 24h * 365).key.kid, new_key.kid);
}

TEST_F(KeyRings, SignWithTheFirstKeyBeforeAnyOnesTime) {
  const key_ring early{{timed_key{.key = new_key, .signs_from = turn}}};
  EXPECT_EQ(early.signer(turn - 1h).key.kid, new_key.kid);
}

TEST_F(KeyRings, KeepAKeyUntilItsLastTokenHasEnded) {
  const timed_key& first = ring->keys().front();
  EXPECT_EQ(first.access_until, access_end);
  EXPECT_EQ(first.refresh_until, refresh_end);
  EXPECT_EQ(ring->keys().back().access_until, utc_time::max());
  EXPECT_EQ(ring->keys().back().refresh_until, utc_time::max());
}

TEST_F(KeyRings, AreNotMadeOfNothingOrInDisorder) {
  EXPECT_THROW(key_ring{{}}, std::invalid_argument);
  EXPECT_THROW((key_ring{{timed_key{.key = new_key, .signs_from = turn}, {.key = old_key}}}),
               std::invalid_argument);
}

TEST_F(KeyRings, AcceptTokensOfBothKeysAcrossARotation) {
  const std::string made_before = before.sign(claims_from(turn - 1s));
  EXPECT_TRUE(after.verify(made_before, turn - 1s));
  EXPECT_TRUE(after.verify(made_before, turn + 14min));
  const std::string made_after = after.sign(claims_from(turn));
  EXPECT_THAT(decode_base64url(made_after.substr(0, made_after.find('.'))).value(),
              HasSubstr(R"("alg":"EdDSA","typ":"at+jwt","kid":")" + new_key.kid));
  EXPECT_TRUE(after.verify(made_after, turn));
}

// Whoever was away meanwhile is told to refresh, and not to log in again.
TEST_F(KeyRings, SayThatAnOldTokenHasExpiredAsLongAsTheKeyIsKnown) {
  const std::string made_before = before.sign(claims_from(turn - 1s));
  const auto refused = after.verify(made_before, access_end + 24h);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::token_expired);
}

TEST_F(KeyRings, BelieveNoTokenThatOutlivesItsKey) {
  access_claims claims = claims_from(turn - 1s);
  claims.expires_at = turn + 24h * 3650;
  const std::string eternal = before.sign(claims);
  EXPECT_TRUE(after.verify(eternal, access_end - 1us)); // and from now on it is remembered
  for (access_token_codec fresh{ring, test::issuer, test::audience};
       access_token_codec * codec : {&after, &fresh}) {
    const auto refused = codec->verify(eternal, access_end);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::unauthenticated);
    EXPECT_THAT(refused.error().cause, HasSubstr("the time of its key is over"));
  }
}

// ASVS 9.2.1: what is remembered is held against the clock each time.
TEST_F(KeyRings, Asvs9_2_1_CheckTheTimesOfTokensThatTheyRemember) {
  const std::string token = after.sign(claims_from(turn));
  ASSERT_TRUE(after.verify(token, turn));
  EXPECT_EQ(after.verify(token, turn + 15min).error().code, errc::token_expired);
  EXPECT_EQ(after.verify(token, turn - limits::clock_skew - 1us).error().code,
            errc::unauthenticated);
  EXPECT_TRUE(after.verify(token, turn));
}

TEST_F(KeyRings, ForgetTheTokensOfADroppedKey) {
  const std::string token = before.sign(claims_from(turn));
  ASSERT_TRUE(after.verify(token, turn));
  after.use(make_key_ring(new_key));
  EXPECT_FALSE(after.verify(token, turn));
  after.use(ring);
  EXPECT_TRUE(after.verify(token, turn));
}

TEST_F(KeyRings, Asvs9_1_1_RefuseATokenUnderTheNameOfAnotherKey) {
  for (const auto& [named, signing] : {std::pair{old_key, new_key}, {new_key, old_key}}) {
    const std::string header = encode_base64url(test::header_json(named));
    const std::string token = after.sign(claims_from(turn));
    const std::string payload =
        token.substr(token.find('.') + 1, token.rfind('.') - token.find('.') - 1);
    ASSERT_TRUE(after.verify(test::sign_parts(named, header, payload), turn));
    const auto refused = after.verify(test::sign_parts(signing, header, payload), turn);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().cause, HasSubstr("the signature is wrong"));
  }
}

// The best known attack on JWTs: the public key, which everybody has, taken for a secret of HMAC.
TEST_F(KeyRings, Asvs9_1_2_RefuseAnHmacKeyedWithThePublicKey) {
  const std::string raw = test::ed25519_public_key(new_key);
  const std::string jwks = describe_public_keys(*ring, turn);
  const std::string pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA" + encode_base64url(raw) +
                          "\n-----END PUBLIC KEY-----\n";
  for (const std::string& public_text : {raw, encode_base64url(raw), jwks, pem, std::string{}}) {
    for (const char* algorithm : {"HS256", "EdDSA"}) {
      signing_key confused = new_key;
      confused.algorithm = key_algorithm::hs256;
      confused.access_key = secret{public_text};
      const std::string header = R"({"alg":")" + std::string{algorithm} +
                                 R"(","typ":"at+jwt","kid":")" + new_key.kid + R"("})";
      const std::string token = after.sign(claims_from(turn));
      const std::string payload =
          decode_base64url(
              token.substr(token.find('.') + 1, token.rfind('.') - token.find('.') - 1))
              .value();
      EXPECT_FALSE(after.verify(test::sign_json(confused, header, payload), turn));
    }
  }
}

TEST_F(KeyRings, RenewRefreshTokensOfARetiredKey) {
  const refresh_token token{.session = {7}, .counter = 3, .secret = {1, 2, 3}};
  const std::string old = refresh_before.encode(token, turn - 1s);
  for (const utc_time now : {turn - 1s, turn, refresh_end - 1us}) {
    const auto decoded = refresh_after.decode(old, now);
    ASSERT_TRUE(decoded) << decoded.error().cause;
    EXPECT_EQ(decoded->session, token.session);
    EXPECT_EQ(decoded->counter, token.counter);
    EXPECT_EQ(decoded->secret, token.secret);
  }
  EXPECT_FALSE(refresh_after.decode(old, refresh_end));

  const std::string renewed = refresh_after.encode(token, turn);
  EXPECT_FALSE(refresh_before.decode(renewed, turn));
  EXPECT_TRUE(refresh_after.decode(renewed, refresh_end));
}

TEST_F(KeyRings, TakeRefreshTokensOfTheLayoutWithoutTheNameOfAKey) {
  const std::string content =
      std::string("\1\0\0\0\0\0\0\0\7\0\0\0\3", 13) + std::string(32, '\xAA');
  for (const signing_key& key : {old_key, new_key}) {
    const std::string token =
        encode_base64url(content + test::hmac(key.refresh_key.reveal(), content));
    const auto decoded = refresh_after.decode(token, turn);
    ASSERT_TRUE(decoded) << decoded.error().cause;
    EXPECT_EQ(decoded->session, session_id{7});
    EXPECT_EQ(decoded->counter, 3U);
    EXPECT_EQ(decoded->secret[31], 0xAA);
  }
  const std::string stranger =
      encode_base64url(content + test::hmac(test::make_key('x').refresh_key.reveal(), content));
  EXPECT_FALSE(refresh_after.decode(stranger, turn));
}

TEST_F(KeyRings, OfSecretsSignWithTheConfiguredOneAndVerifyThePreviousOnes) {
  const secret current{std::string(32, 'c')};
  const std::vector previous{secret{std::string(32, 'p')}, current};
  for (const key_algorithm algorithm : {key_algorithm::hs256, key_algorithm::eddsa}) {
    const auto made = make_key_ring(current, algorithm, previous);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->signer(turn).key.kid, test::make_key('c', algorithm).kid);
    EXPECT_EQ(made->signer(utc_time::max() - 1us).key.kid, test::make_key('c', algorithm).kid);
    EXPECT_EQ(made->keys().size(), 4U);
    access_token_codec codec{std::make_shared<const key_ring>(*made), test::issuer, test::audience};
    for (const char fill : {'c', 'p'}) {
      for (const key_algorithm any : {key_algorithm::hs256, key_algorithm::eddsa}) {
        access_token_codec other{test::make_key(fill, any), test::issuer, test::audience};
        EXPECT_TRUE(codec.verify(other.sign(claims_from(turn)), turn));
      }
    }
  }
  EXPECT_FALSE(make_key_ring(secret{"short"}, key_algorithm::hs256, {}));
  EXPECT_FALSE(make_key_ring(current, key_algorithm::hs256, std::vector{secret{"short"}}));
}

TEST_F(KeyRings, PublishThePublicKeysAndNothingOfTheOthers) {
  const std::string text = describe_public_keys(*ring, turn - 24h);
  EXPECT_EQ(nlohmann::json::parse(text),
            (nlohmann::json{{"keys",
                             {{{"kty", "OKP"},
                               {"crv", "Ed25519"},
                               {"alg", "EdDSA"},
                               {"use", "sig"},
                               {"kid", new_key.kid},
                               {"x", encode_base64url(test::ed25519_public_key(new_key))}}}}}));
  EXPECT_THAT(text, Not(HasSubstr(old_key.kid)));
  EXPECT_EQ(describe_public_keys(*make_key_ring(old_key), turn), R"({"keys":[]})");
}

TEST_F(KeyRings, PublishAPublicKeyUntilItsLastTokenHasEnded) {
  const signing_key third = test::make_key('t', key_algorithm::eddsa);
  const key_ring made = make_key_ring(
      std::vector{timed_key{.key = new_key}, timed_key{.key = third, .signs_from = turn}},
      lifetimes);
  const auto count = [&made](utc_time now) {
    return nlohmann::json::parse(describe_public_keys(made, now)).at("keys").size();
  };
  EXPECT_EQ(count(access_end - 1us), 2U);
  EXPECT_EQ(count(access_end), 1U);
}

} // namespace
} // namespace maque::security
