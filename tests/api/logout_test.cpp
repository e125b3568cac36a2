#include "api_fixture.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace maque::test {

namespace {

class Logout : public testing::Test {
protected:
  http_reply log_out(const signed_in& who, const nlohmann::json& body) {
    api_client client{server.port()};
    client.use_token(who.access_token);
    return client.post("/api/v1/logout", body);
  }

  void expect_signed_in(const signed_in& who) {
    expect_success(ask_who_am_i(server, who.access_token));
    expect_success(refresh(server, who.refresh_token));
  }

  void expect_signed_out(const signed_in& who) {
    expect_failure(ask_who_am_i(server, who.access_token), errc::session_ended);
    expect_failure(refresh(server, who.refresh_token), errc::session_ended);
  }

  test_server server;
  signed_in phone = log_in(server, "alice");
  signed_in tablet = log_in(server, "alice");
  signed_in desktop = log_in(server, "alice");
  signed_in bob = log_in(server, "bob");
};

} // namespace

// ASVS 7.4.1: logout really ends the tokens.
TEST_F(Logout, EndsThisSessionAlone_ASVS_7_4_1) {
  const auto reply = log_out(phone, {{"scope", "this"}});
  expect_success(reply);
  EXPECT_EQ(reply.data().at("ended_sessions"), 1);
  expect_signed_out(phone);
  expect_signed_in(tablet);
  expect_signed_in(bob);
}

TEST_F(Logout, MeansThisSessionUnlessItSaysOtherwise) {
  EXPECT_EQ(log_out(phone, nlohmann::json::object()).data().at("ended_sessions"), 1);
  api_client client{server.port()};
  client.use_token(tablet.access_token);
  EXPECT_EQ(client.send("POST", "/api/v1/logout", {}).data().at("ended_sessions"), 1);
  expect_signed_out(phone);
  expect_signed_out(tablet);
  expect_signed_in(desktop);
}

TEST_F(Logout, EndsTheUsersOtherSessions) {
  EXPECT_EQ(log_out(phone, {{"scope", "others"}}).data().at("ended_sessions"), 2);
  expect_signed_out(tablet);
  expect_signed_out(desktop);
  expect_signed_in(phone);
  expect_signed_in(bob);
  EXPECT_EQ(log_out(phone, {{"scope", "others"}}).data().at("ended_sessions"), 0);
}

TEST_F(Logout, EndsAllOfTheUsersSessions) {
  EXPECT_EQ(log_out(phone, {{"scope", "all"}}).data().at("ended_sessions"), 3);
  expect_signed_out(phone);
  expect_signed_out(tablet);
  expect_signed_out(desktop);
  expect_signed_in(bob);
}

TEST_F(Logout, LetsTheUserComeBack) {
  log_out(phone, {{"scope", "all"}});
  const auto again = log_in(server, "alice");
  EXPECT_EQ(again.user_id, phone.user_id);
  expect_signed_in(again);
}

TEST_F(Logout, RefusesAScopeThatThereIsNot) {
  for (const nlohmann::json& scope :
       {nlohmann::json("everything"), nlohmann::json(""), nlohmann::json("This"), nlohmann::json(1),
        nlohmann::json(nullptr), nlohmann::json({"all"})})
    expect_failure(log_out(phone, {{"scope", scope}}), errc::invalid_field);
  expect_signed_in(phone);
  expect_signed_in(tablet);
}

// ASVS 7.4.1, at once and everywhere: both lanes have some of the connections.
TEST_F(Logout, IsInForceOnEveryConnectionAsSoonAsItIsAnswered_ASVS_7_4_1) {
  std::vector<api_client> connections;
  for (int count = 0; count < 50; ++count) {
    connections.emplace_back(server.port()).use_token(phone.access_token);
    expect_success(connections.back().get("/api/user/info"));
  }
  expect_success(log_out(phone, {{"scope", "this"}}));
  for (api_client& connection : connections)
    expect_failure(connection.get("/api/user/info"), errc::session_ended);
}

TEST_F(Logout, IsNotForgottenByARestart) {
  expect_success(log_out(phone, {{"scope", "this"}}));
  server.restart();
  for (int count = 0; count < 10; ++count) // on either lane
    expect_failure(ask_who_am_i(server, phone.access_token), errc::session_ended);
  expect_failure(refresh(server, phone.refresh_token), errc::session_ended);
  expect_signed_in(tablet);
}

} // namespace maque::test
