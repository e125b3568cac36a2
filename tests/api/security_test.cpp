#include "account_fixture.hpp"
#include "security/base64url.hpp"

#include <gtest/gtest.h>

#include <set>

namespace maque::test {

namespace {

/// A part of the bytes of a token.
std::string bytes_of(const std::string& token, std::size_t begin, std::size_t count) {
  const auto decoded = security::decode_base64url(token);
  if (!decoded || decoded->size() < begin + count) return {};
  return decoded->substr(begin, count);
}

// Of a refresh token, version 2: version (1), kid (9), session (8), counter (4), secret (32), HMAC.
std::string secret_of(const std::string& refresh_token) {
  return bytes_of(refresh_token, 22, 32);
}

// Of a device token: version (1), device (16), HMAC.
std::string device_of(const std::string& device_token) {
  return bytes_of(device_token, 1, 16);
}

/// Three attempts with a name are free; then one has to wait for an hour.
void throttle_pairs_strictly(config::settings& settings) {
  open_registration(settings);
  settings.throttle.pair_attempts = 2;
  settings.throttle.first_delay = settings.throttle.longest_delay = std::chrono::hours{1};
}

} // namespace

// Accounts ---------------------------------------------------------------------------------------

TEST(NewDatabase, HasNoUserAndNoNameThatLogsIn_ASVS_6_3_2) {
  const test_server server;
  const auto accounts = server.open_database()->list_accounts({std::nullopt, 10});
  ASSERT_TRUE(accounts);
  EXPECT_TRUE(accounts->empty());
  for (const std::string name :
       {"admin", "administrator", "root", "maque", "operator", "test", "guest", "user"})
    for (const std::string& password : {std::string{}, name, std::string{"admin123"}})
      expect_failure(log_in_with(server, name, password), errc::bad_credentials);
}

// Tokens -----------------------------------------------------------------------------------------

TEST(Tokens, OfEachLoginHaveNewRandomBitsAtLeast128_ASVS_7_2_3) {
  constexpr std::size_t logins = 12;
  const test_server server{open_registration};
  sign_up(server, "alice");
  std::set<std::string> secrets;
  std::set<std::string> devices;
  std::set<std::uint64_t> sessions;
  for (std::size_t count = 0; count < logins; ++count) {
    const auto reply = log_in_with(server, "alice", good_password);
    const auto alice = signed_in_by(reply);
    secrets.insert(secret_of(alice.refresh_token));
    devices.insert(device_of(device_token_of(reply)));
    sessions.insert(claims_of(alice.access_token).session.value);
  }
  for (const auto* each : {&secrets, &devices}) {
    EXPECT_EQ(each->size(), logins);
    EXPECT_FALSE(each->contains("")) << "a token of another form";
  }
  EXPECT_EQ(sessions.size(), logins);
}

TEST(Tokens, AreGoodForTheirOwnPurposeAlone_ASVS_9_2_2) {
  const test_server server{throttle_pairs_strictly};
  const auto reply = sign_up(server, "alice");
  const auto alice = signed_in_by(reply);
  const std::string device = device_token_of(reply);

  for (const std::string& token : {alice.refresh_token, device})
    expect_failure(ask_who_am_i(server, token), errc::unauthenticated);
  expect_failure(refresh(server, device), errc::invalid_refresh_token);
  // An access token is longer than any refresh token.
  EXPECT_EQ(refresh(server, alice.access_token).status / 100, 4);

  // What is no device token of hers is none at all: whoever brings it is a stranger.
  for (int count = 0; count < 3; ++count)
    log_in_with(server, "alice", "wrong password");
  for (const std::string& token : {alice.refresh_token, device.substr(1), device + "A"})
    expect_failure(log_in_with(server, "alice", good_password, token), errc::too_many_attempts);
  signed_in_by(log_in_with(server, "alice", good_password, device));
}

TEST(Tokens, AreNotRevivedByAnIdentityOfTheSameNameAfterTheirUserIsGone_ASVS_7_4_2) {
  test_server server{open_registration};
  const auto before = signed_in_by(sign_up(server, "alice"));
  const std::vector<write_request> order{
      delete_user{claims_of(before.access_token).user, system_time_source{}.now()}};
  ASSERT_TRUE(server.open_database()->apply(order).front());
  const auto after = signed_in_by(sign_up(server, "alice"));
  EXPECT_NE(after.user_id, before.user_id);
  expect_failure(refresh(server, before.refresh_token), errc::session_ended);
  EXPECT_TRUE(eventually([&] { return ask_who_am_i(server, before.access_token).status == 401; }));
}

// What is open to everybody ----------------------------------------------------------------------

TEST(Front, HasNothingThatIsForOperators_ASVS_13_4_5) {
  const test_server server;
  const auto alice = log_in(server, "alice");
  for (const std::string& token : {std::string{}, alice.access_token}) {
    api_client client{server.port()};
    client.use_token(token);
    for (const char* target : {"/metrics",
                               "/admin",
                               "/admin/",
                               "/admin/actors",
                               "/admin/users",
                               "/admin/log-level",
                               "/admin/config",
                               "/api/admin",
                               "/api/v1/admin",
                               "/api/metrics",
                               "/debug",
                               "/debug/pprof/",
                               "/status",
                               "/server-status",
                               "/actuator/health",
                               "/env",
                               "/.env",
                               "/.git/config",
                               "/maque.toml",
                               "/data/maque.db",
                               "/healthz/actors",
                               "/readyz/database",
                               "/log"}) {
      expect_failure(client.get(target), errc::route_not_found);
      expect_failure(client.send("POST", target, {}), errc::route_not_found);
    }
  }
  // What a load balancer may ask names no host, no path, no count.
  EXPECT_EQ(api_client{server.port()}.get("/healthz").body, R"({"status":"alive"})");
}

// Failing closed ---------------------------------------------------------------------------------

TEST(Failures, OfCountingAttemptsLetNobodyIn_ASVS_16_5_3) {
  const test_server server{open_registration};
  const auto reply = sign_up(server, "alice");
  const auto alice = signed_in_by(reply);
  server.execute_sql("DROP TABLE login_throttles");
  for (const std::string& device : {std::string{}, device_token_of(reply)}) {
    const auto refused = log_in_with(server, "alice", good_password, device);
    EXPECT_GE(refused.status, 500);
    EXPECT_TRUE(refused.data().is_null()) << refused.body;
  }
  api_client client{server.port()};
  client.use_token(alice.access_token);
  EXPECT_GE(client
                .put("/api/v1/user/password",
                     {{"current_password", good_password}, {"new_password", "another password"}})
                .status,
            500);
  const auto known = server.open_database()->list_sessions(claims_of(alice.access_token).user);
  ASSERT_TRUE(known);
  EXPECT_EQ(known->size(), 1U) << "a session was opened";
}

TEST(Failures, OfLookingUpSessionsAndUsersLetNobodyIn_ASVS_16_5_3) {
  const test_server server{open_registration};
  const auto reply = sign_up(server, "alice");
  const auto alice = signed_in_by(reply);
  server.execute_sql("ALTER TABLE sessions RENAME TO hidden");
  for (const auto& refused :
       {refresh(server, alice.refresh_token), log_in_with(server, "alice", good_password),
        api_client{server.port()}.post("/api/login", login_as("bob", "1")),
        sign_up(server, "carol")}) {
    EXPECT_GE(refused.status, 500);
    EXPECT_TRUE(refused.data().is_null()) << refused.body;
  }
  server.execute_sql("ALTER TABLE hidden RENAME TO sessions");
  expect_failure(log_in_with(server, "carol", good_password), errc::bad_credentials);
  expect_success(refresh(server, alice.refresh_token));
}

} // namespace maque::test
