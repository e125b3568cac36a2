#include "api_fixture.hpp"

#include <gtest/gtest.h>

#include <latch>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace maque::test {

namespace {

class Refresh : public testing::Test {
protected:
  session stored_session(const std::string& access_token) const {
    const std::vector<session_id> ids{claims_of(access_token).session};
    return server.open_database()->find_sessions(ids)->front().value();
  }

  test_server server;
  signed_in alice = log_in(server, "alice");
};

std::string refresh_token_of(const http_reply& reply) {
  const auto data = reply.data();
  return data.is_object() ? data.at("refresh_token").get<std::string>() : std::string{};
}

} // namespace

TEST_F(Refresh, GivesANewPairOfTokens) {
  const auto reply = refresh(server, alice.refresh_token);

  expect_success(reply);
  const auto data = reply.data();
  EXPECT_EQ(data.at("is_new_user"), false);
  EXPECT_FALSE(data.contains("user"));
  EXPECT_NE(data.at("refresh_token"), alice.refresh_token);
  EXPECT_EQ(reply.header("Cache-Control"), "no-store");
  const std::string access_token = data.at("access_token");
  EXPECT_EQ(claims_of(access_token).session, claims_of(alice.access_token).session);
  EXPECT_EQ(ask_who_am_i(server, access_token).data().at("id"), alice.user_id);
  EXPECT_EQ(stored_session(alice.access_token).refresh_counter, 1);
}

TEST_F(Refresh, CanBeRepeatedWithEachNewToken) {
  std::set<std::string> tokens{alice.refresh_token};
  std::string current = alice.refresh_token;
  for (int count = 0; count < 5; ++count) {
    current = refresh_token_of(refresh(server, current));
    tokens.insert(current);
  }
  EXPECT_EQ(tokens.size(), 6);
  EXPECT_EQ(stored_session(alice.access_token).refresh_counter, 5);
}

TEST_F(Refresh, GivesTheCurrentPairAgainToAClientThatLostTheReply) {
  const auto lost = refresh(server, alice.refresh_token);
  const auto repeated = refresh(server, alice.refresh_token);
  expect_success(repeated);
  EXPECT_EQ(refresh_token_of(repeated), refresh_token_of(lost));
  EXPECT_EQ(stored_session(alice.access_token).refresh_counter, 1);
  expect_success(refresh(server, refresh_token_of(repeated)));
}

// ASVS 15.4.2: races.
TEST_F(Refresh, RotatesOnceForAHundredRequestsAtATime_ASVS_15_4_2) {
  constexpr int parallel = 100;
  std::vector<http_reply> replies(parallel);
  std::latch all_there{parallel};
  std::vector<std::thread> threads;
  for (http_reply& reply : replies)
    threads.emplace_back([&] {
      api_client client{server.port()};
      client.get("/ping");
      all_there.arrive_and_wait();
      reply = client.post("/api/v1/token/refresh", {{"refresh_token", alice.refresh_token}});
    });
  for (std::thread& thread : threads)
    thread.join();

  std::set<std::string> tokens;
  for (const http_reply& reply : replies) {
    expect_success(reply);
    tokens.insert(refresh_token_of(reply));
  }
  EXPECT_EQ(tokens.size(), 1);
  EXPECT_EQ(stored_session(alice.access_token).refresh_counter, 1);
}

TEST_F(Refresh, EndsTheSessionWhenATokenIsUsedAgainAfterTheWindow) {
  test_server strict{
      [](config::settings& settings) { settings.auth.reuse_window = std::chrono::seconds{0}; }};
  const auto bob = log_in(strict, "bob");
  const auto rotated = refresh(strict, bob.refresh_token);
  expect_success(rotated);

  expect_failure(refresh(strict, bob.refresh_token), errc::session_ended);

  expect_failure(refresh(strict, refresh_token_of(rotated)), errc::session_ended);
  expect_failure(ask_who_am_i(strict, rotated.data().at("access_token")), errc::session_ended);
  expect_failure(ask_who_am_i(strict, bob.access_token), errc::session_ended);
  EXPECT_TRUE(eventually(
      [&strict] { return strict.read_log().find("reuse_detected") != std::string::npos; }));
}

TEST_F(Refresh, LeavesTheUsersOtherSessionsAloneWhenOneIsStolen) {
  const auto phone = log_in(server, "alice");
  const auto second = refresh(server, alice.refresh_token);
  expect_success(refresh(server, refresh_token_of(second)));
  expect_failure(refresh(server, alice.refresh_token), errc::session_ended);
  expect_success(ask_who_am_i(server, phone.access_token));
  expect_success(refresh(server, phone.refresh_token));
}

TEST_F(Refresh, IsRefusedToWhatThisServerDidNotMake) {
  std::string flipped = alice.refresh_token;
  flipped[20] = flipped[20] == 'A' ? 'B' : 'A';
  const test_server other;
  for (const std::string& token :
       std::vector<std::string>{std::string{}, std::string{"x"}, std::string(256, 'A'), flipped,
                                alice.access_token.substr(0, 200), alice.refresh_token + "A",
                                alice.refresh_token.substr(1), alice.refresh_token + "=",
                                log_in(other, "alice").refresh_token}) {
    SCOPED_TRACE(token);
    expect_failure(refresh(server, token), errc::invalid_refresh_token);
  }
  EXPECT_EQ(stored_session(alice.access_token).refresh_counter, 0);
  expect_success(refresh(server, alice.refresh_token));
}

TEST_F(Refresh, IsRefusedToATokenThatIsLongerThanAny) {
  expect_failure(refresh(server, std::string(257, 'A')), errc::invalid_field);
}

// ASVS 7.4.1: logout really ends the tokens.
TEST_F(Refresh, IsRefusedAfterALogout_ASVS_7_4_1) {
  api_client client{server.port()};
  client.use_token(alice.access_token);
  expect_success(client.post("/api/v1/logout", nlohmann::json::object()));
  expect_failure(refresh(server, alice.refresh_token), errc::session_ended);
}

// ASVS 7.4.2: a disabled user gets no new tokens.
TEST_F(Refresh, IsRefusedToADisabledUser_ASVS_7_4_2) {
  test_server forgetful{
      [](config::settings& settings) { settings.cache.ttl = std::chrono::milliseconds{1}; }};
  const auto bob = log_in(forgetful, "bob");
  forgetful.execute_sql("UPDATE users SET disabled = 1 WHERE id = " + bob.user_id);
  http_reply last;
  EXPECT_TRUE(eventually([&] {
    last = refresh(forgetful, bob.refresh_token);
    return last.status != 200;
  }));
  expect_failure(last, errc::account_disabled);
}

// ASVS 7.3.1: the idle limit.
TEST_F(Refresh, IsRefusedAfterTheIdleLimit_ASVS_7_3_1) {
  test_server brief{[](config::settings& settings) {
    settings.auth.access_ttl = std::chrono::seconds{1};
    settings.auth.refresh_idle_ttl = std::chrono::seconds{2};
  }};
  const auto bob = log_in(brief, "bob");
  brief.execute_sql("UPDATE sessions SET last_seen_at = last_seen_at - 3000000");
  expect_failure(refresh(brief, bob.refresh_token), errc::session_ended);
}

// ASVS 7.3.2: the absolute limit.
TEST_F(Refresh, IsRefusedAfterTheAbsoluteLimit_ASVS_7_3_2) {
  server.execute_sql("UPDATE sessions SET expires_at = created_at + 1");
  expect_failure(refresh(server, alice.refresh_token), errc::session_ended);
}

TEST_F(Refresh, GoesOnAfterARestart) {
  server.restart();
  expect_success(refresh(server, alice.refresh_token));
}

} // namespace maque::test
