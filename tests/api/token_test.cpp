#include "api_fixture.hpp"
#include "security/access_token.hpp"
#include "security/base64url.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <string>
#include <vector>

namespace maque::test {

namespace {

using security::encode_base64url;

/// Everything that asks for a token.
const std::vector<std::pair<std::string, std::string>> protected_operations{
    {"GET", "/api/user/info"},  {"PATCH", "/api/user/info"}, {"POST", "/api/user/info"},
    {"POST", "/api/v1/logout"}, {"GET", "/api/v1/users"},    {"GET", "/api/users"},
};

class AccessToken : public testing::Test {
protected:
  http_reply ask(const std::string& authorization) {
    return client.send("GET", "/api/user/info", {{"Authorization", authorization}});
  }

  /// A genuine token with another header.
  std::string with_header(const std::string& header) const {
    const std::string& token = alice.access_token;
    return encode_base64url(header) + token.substr(token.find('.'));
  }

  test_server server;
  signed_in alice = log_in(server, "alice");
  api_client client{server.port()};
};

} // namespace

// ASVS 8.2.1: access by function.
TEST_F(AccessToken, IsAskedForWhereverDataOfUsersIs_ASVS_8_2_1) {
  for (const auto& [method, target] : protected_operations) {
    SCOPED_TRACE(method + " " + target);
    const auto reply = client.send(method, target, {api_client::json_body}, R"({"nickname":"x"})");
    expect_failure(reply, errc::unauthenticated);
    EXPECT_EQ(reply.header("WWW-Authenticate"), "Bearer");
  }
  EXPECT_EQ(ask_who_am_i(server, alice.access_token).data().at("nickname"), "");
}

TEST_F(AccessToken, HasASchemeInAnyCase) {
  for (const char* scheme : {"Bearer ", "bearer ", "BEARER "})
    expect_success(ask(scheme + alice.access_token));
}

TEST_F(AccessToken, IsRefusedUnderAnotherScheme) {
  const std::string& token = alice.access_token;
  for (const std::string& value :
       std::vector<std::string>{"Basic " + token, "Bearer", std::string{"Bearer "}, token,
                                "Bearer" + token, "Token " + token, "Bearer  " + token,
                                "Bearer " + token + " x", "Bearer \"" + token + "\""}) {
    SCOPED_TRACE(value);
    expect_failure(ask(value), errc::unauthenticated);
  }
}

TEST_F(AccessToken, IsRefusedWhenThereAreTwo) {
  const auto reply = client.send("GET", "/api/user/info",
                                 {{"Authorization", "Bearer " + alice.access_token},
                                  {"Authorization", "Bearer " + alice.access_token}});
  expect_failure(reply, errc::unauthenticated);
}

// ASVS 14.2.1: no secret in a URL.
TEST_F(AccessToken, IsNotLookedForInTheUrl_ASVS_14_2_1) {
  expect_failure(client.get("/api/user/info?access_token=" + alice.access_token),
                 errc::unauthenticated);
}

// ASVS 9.1.1: verified before anything in it is believed.
TEST_F(AccessToken, IsRefusedWhereverItIsCut_ASVS_9_1_1) {
  const std::string& token = alice.access_token;
  for (std::size_t length = 0; length < token.size(); length += 7)
    expect_failure(ask("Bearer " + token.substr(0, length)), errc::unauthenticated);
  expect_failure(ask("Bearer " + token.substr(0, token.size() - 1)), errc::unauthenticated);
}

TEST_F(AccessToken, IsRefusedWhenAnyCharacterIsAnother_ASVS_9_1_1) {
  const std::string& token = alice.access_token;
  for (std::size_t at = 0; at < token.size(); at += 5) {
    std::string changed = token;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    expect_failure(ask("Bearer " + changed), errc::unauthenticated);
  }
}

TEST_F(AccessToken, IsRefusedWhenItIsGarbage) {
  for (const std::string& token : std::vector<std::string>{
           std::string{"x"}, std::string{"."}, std::string{".."}, std::string{"a.b.c"},
           std::string(4000, 'a'), alice.access_token + "=", alice.access_token + ".x",
           "." + alice.access_token, std::string{"\xFF\xFE"}, alice.refresh_token}) {
    SCOPED_TRACE(token.substr(0, 80));
    expect_failure(ask("Bearer " + token), errc::unauthenticated);
  }
}

// ASVS 9.2.1: exp.
TEST_F(AccessToken, IsRefusedWithACodeOfItsOwnWhenItHasExpired_ASVS_9_2_1) {
  access_claims claims = claims_of(alice.access_token);
  claims.issued_at -= std::chrono::hours{1};
  claims.expires_at = claims.issued_at + std::chrono::minutes{15};
  const auto reply = ask("Bearer " + sign(server, claims));
  expect_failure(reply, errc::token_expired);
  EXPECT_EQ(reply.header("WWW-Authenticate"), "Bearer");
}

TEST_F(AccessToken, ExpiresByItself) {
  const test_server brief{
      [](config::settings& settings) { settings.auth.access_ttl = std::chrono::seconds{1}; }};
  const auto bob = log_in(brief, "bob");
  http_reply last;
  ASSERT_TRUE(eventually([&] {
    last = ask_who_am_i(brief, bob.access_token);
    return last.status != 200;
  }));
  expect_failure(last, errc::token_expired);
}

// ASVS 9.2.1: nbf.
TEST_F(AccessToken, IsRefusedBeforeItsTime_ASVS_9_2_1) {
  access_claims claims = claims_of(alice.access_token);
  claims.issued_at += std::chrono::minutes{10};
  claims.expires_at += std::chrono::minutes{10};
  expect_failure(ask("Bearer " + sign(server, claims)), errc::unauthenticated);
}

TEST_F(AccessToken, OfAnotherKeyIsRefused) {
  const auto other = security::derive_signing_key(secret{std::string(32, 'k')});
  security::access_token_codec codec{*other, "maque", "maque"};
  expect_failure(ask("Bearer " + codec.sign(claims_of(alice.access_token))), errc::unauthenticated);
}

// ASVS 9.2.3: audience.
TEST_F(AccessToken, OfAnotherAudienceOrIssuerIsRefused_ASVS_9_2_3) {
  const auto claims = claims_of(alice.access_token);
  const auto key = key_of(server);
  expect_success(ask("Bearer " + security::access_token_codec{key, "maque", "maque"}.sign(claims)));
  for (const auto& [issuer, audience] :
       {std::pair{"maque", "other"}, {"other", "maque"}, {"maque", "maque "}})
    expect_failure(
        ask("Bearer " + security::access_token_codec{key, issuer, audience}.sign(claims)),
        errc::unauthenticated);
}

// ASVS 9.1.2: one allowed algorithm, never none; 9.1.3: no keys from the token; 9.2.2: type.
TEST_F(AccessToken, OfAnotherAlgorithmTypeOrKeySourceIsRefused_ASVS_9_1_2_9_1_3_9_2_2) {
  const std::string kid = key_of(server).kid;
  const std::string headers[] = {
      fmt::format(R"({{"alg":"none","typ":"at+jwt","kid":"{}"}})", kid),
      fmt::format(R"({{"alg":"None","typ":"at+jwt","kid":"{}"}})", kid),
      fmt::format(R"({{"alg":"HS512","typ":"at+jwt","kid":"{}"}})", kid),
      fmt::format(R"({{"alg":"RS256","typ":"at+jwt","kid":"{}"}})", kid),
      fmt::format(R"({{"alg":"HS256","typ":"JWT","kid":"{}"}})", kid),
      fmt::format(R"({{"alg":"HS256","typ":"at+jwt","kid":"{}","jku":"https://e.example"}})", kid),
      fmt::format(R"({{"alg":"HS256","typ":"at+jwt","kid":"{}","jwk":{{}}}})", kid),
      fmt::format(R"({{"alg":"HS256","typ":"at+jwt","kid":"{}","x5u":"https://e.example"}})", kid),
      R"({"alg":"HS256","typ":"at+jwt","kid":"other"})",
      R"({"alg":"HS256","typ":"at+jwt"})",
      "{}",
  };
  for (const std::string& header : headers) {
    SCOPED_TRACE(header);
    const std::string token = with_header(header);
    expect_failure(ask("Bearer " + token), errc::unauthenticated);
    expect_failure(ask("Bearer " + token.substr(0, token.rfind('.') + 1)), errc::unauthenticated);
  }
}

// ASVS 16.5.1: generic errors.
TEST_F(AccessToken, IsRefusedInTheSameWordsWhateverIsWrongWithIt_ASVS_16_5_1) {
  const auto other = security::derive_signing_key(secret{std::string(32, 'k')});
  security::access_token_codec codec{*other, "maque", "maque"};
  for (const std::string& token :
       std::vector<std::string>{std::string{"garbage"}, alice.access_token + "A",
                                codec.sign(claims_of(alice.access_token))})
    EXPECT_EQ(ask("Bearer " + token).json().at("message"), info(errc::unauthenticated).message);
}

} // namespace maque::test
