#include "api_fixture.hpp"
#include "security/base64url.hpp"
#include "security/ed25519.hpp"
#include "security/key_store.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <thread>

namespace maque::test {

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

class SigningKeys : public testing::Test {
protected:
  /// @param activation zero: at once; the server may learn of it later than the next request.
  security::timed_key rotate(security::key_algorithm algorithm,
                             std::chrono::seconds activation = 0s) {
    const auto made = security::rotate_keys(
        server.settings().auth.key_file,
        {algorithm, system_time_source{}.now(), activation, {15min, 24h * 90}});
    return made.value();
  }

  nlohmann::json public_keys() { return client.get("/.well-known/jwks.json").json().at("keys"); }

  void await_public_key(const std::string& kid) {
    await(
        [&] {
          const auto keys = public_keys();
          return std::ranges::any_of(keys, [&](const auto& key) { return key.at("kid") == kid; });
        },
        "the key is not published");
  }

  static nlohmann::json header_of(const std::string& token) {
    return nlohmann::json::parse(
        security::decode_base64url(token.substr(0, token.find('.'))).value());
  }

  test_server server;
  api_client client{server.port()};
};

} // namespace

TEST_F(SigningKeys, ThatAreSecretAreNotPublished) {
  const auto reply = client.get("/.well-known/jwks.json");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, R"({"keys":[]})");
  EXPECT_EQ(reply.header("Cache-Control"), "public, max-age=60");
}

TEST_F(SigningKeys, AreNoticedAndPublishedBeforeTheySign) {
  const auto made = rotate(security::key_algorithm::eddsa, 3600s);
  await_public_key(made.key.kid);
  EXPECT_EQ(header_of(log_in(server, "alice").access_token).at("kid"), key_of(server).kid);
  EXPECT_THAT(server.read_log(), HasSubstr("\"event\":\"key_rotated\""));
  EXPECT_THAT(server.read_log(), HasSubstr(made.key.kid));
}

// What another service does, with nothing but the published key.
TEST_F(SigningKeys, LetOthersVerifyAccessTokens) {
  const auto made = rotate(security::key_algorithm::eddsa);
  await_public_key(made.key.kid);
  std::string token;
  await(
      [&] {
        token = log_in(server, "alice").access_token;
        return header_of(token).at("alg") == "EdDSA";
      },
      "the new key does not sign");
  EXPECT_EQ(header_of(token).at("kid"), made.key.kid);
  const security::ed25519_key known{made.key.access_key};
  EXPECT_EQ(public_keys().at(0).at("x"), security::encode_base64url(known.public_key()));
  const std::string signature =
      security::decode_base64url(token.substr(token.rfind('.') + 1)).value();
  security::ed25519_signature bytes;
  ASSERT_EQ(signature.size(), bytes.size());
  std::ranges::copy(signature, bytes.begin());
  EXPECT_TRUE(known.is_genuine(token.substr(0, token.rfind('.')), bytes));
  expect_success(ask_who_am_i(server, token));
  expect_success(ask_who_am_i(server, token)); // now remembered
}

TEST_F(SigningKeys, CanBeTheFirstOnesOfTheServer) {
  const test_server modern{
      [](config::settings& settings) { settings.auth.algorithm = config::token_algorithm::eddsa; }};
  const auto alice = log_in(modern, "alice");
  EXPECT_EQ(header_of(alice.access_token).at("alg"), "EdDSA");
  expect_success(ask_who_am_i(modern, alice.access_token));
  std::string forged = alice.access_token;
  forged[forged.size() - 10] = forged[forged.size() - 10] == 'A' ? 'B' : 'A';
  expect_failure(ask_who_am_i(modern, forged), errc::unauthenticated);
}

TEST_F(SigningKeys, OfTheEnvironmentRotateWithoutLoggingAnyoneOut) {
  const std::string old_secret(32, 'o');
  const test_server before{
      [&](config::settings& settings) { settings.auth.signing_secret = secret{old_secret}; }};
  const auto alice = log_in(before, "alice");
  const test_server after{[&](config::settings& settings) {
    settings.database.url = before.settings().database.url;
    settings.auth.signing_secret = secret{std::string(32, 'n')};
    settings.auth.previous_signing_secrets = {secret{old_secret}};
    settings.auth.algorithm = config::token_algorithm::eddsa;
  }};
  expect_success(ask_who_am_i(after, alice.access_token));
  const auto renewed = refresh(after, alice.refresh_token);
  expect_success(renewed);
  const std::string token = renewed.data().at("access_token");
  EXPECT_EQ(header_of(token).at("alg"), "EdDSA");
  expect_success(ask_who_am_i(after, token));
  EXPECT_EQ(ask_who_am_i(before, token).status, 401); // which knows nothing of the new secret
}

// "Keys rotate without logging anyone out": clients ask and refresh without a pause while the key
// changes three times, between algorithms, and all of their requests succeed.
TEST_F(SigningKeys, RotateWhileRequestsFlowAndNobodyIsLoggedOut_ASVS_15_4_1) {
  const auto early = log_in(server, "early");
  std::atomic<bool> done{false};
  std::atomic<int> failures{0};
  std::atomic<int> served{0};
  std::vector<std::jthread> clients;
  for (int number = 0; number < 4; ++number) {
    clients.emplace_back([&, number] {
      auto mine = log_in(server, "client-" + std::to_string(number));
      while (!done) {
        const auto asked = ask_who_am_i(server, mine.access_token);
        const auto renewed = refresh(server, mine.refresh_token);
        if (asked.status != 200 || renewed.status != 200) {
          ++failures;
          return;
        }
        mine.access_token = renewed.data().at("access_token");
        mine.refresh_token = renewed.data().at("refresh_token");
        ++served;
      }
    });
  }
  for (const auto algorithm : {security::key_algorithm::eddsa, security::key_algorithm::hs256,
                               security::key_algorithm::eddsa}) {
    const auto made = rotate(algorithm, 2s);
    await([&] { return header_of(log_in(server, "probe").access_token).at("kid") == made.key.kid; },
          "the new key does not sign");
    const int so_far = served;
    await([&] { return served > so_far + 20 || failures > 0; }, "no requests flow");
  }
  done = true;
  clients.clear();
  EXPECT_EQ(failures, 0);
  expect_success(ask_who_am_i(server, early.access_token));
  expect_success(refresh(server, early.refresh_token));
  EXPECT_EQ(key_of(server).kid, header_of(early.access_token).at("kid"));
}

TEST_F(SigningKeys, StayWhenTheirFileIsLost) {
  const auto alice = log_in(server, "alice");
  std::filesystem::remove(server.settings().auth.key_file);
  ASSERT_TRUE(eventually([&] {
    return server.read_log().find("\"event\":\"key_file_unreadable\"") != std::string::npos;
  }));
  expect_success(ask_who_am_i(server, alice.access_token));
  expect_success(refresh(server, alice.refresh_token));
}

} // namespace maque::test
