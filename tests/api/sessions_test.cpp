#include "account_fixture.hpp"

#include <gtest/gtest.h>

#include <set>

namespace maque::test {

namespace {

class Sessions : public testing::Test {
protected:
  nlohmann::json list(const signed_in& who) {
    api_client client{server.port()};
    client.use_token(who.access_token);
    const auto reply = client.get("/api/v1/sessions");
    expect_success(reply);
    return reply.data().at("items");
  }

  http_reply end(const signed_in& who, const std::string& id) {
    api_client client{server.port()};
    client.use_token(who.access_token);
    return client.send("DELETE", "/api/v1/sessions/" + id, {});
  }

  static std::string id_of(const signed_in& who) {
    return to_string(claims_of(who.access_token).session);
  }

  test_server server{[](config::settings& settings) { settings.auth.max_sessions = 4; }};
  signed_in phone = log_in(server, "alice");
  signed_in tablet = log_in(server, "alice");
  signed_in bob = log_in(server, "bob");
};

} // namespace

TEST_F(Sessions, AreListedToTheirUser_ASVS_7_5_2) {
  const auto items = list(tablet);
  ASSERT_EQ(items.size(), 2);
  EXPECT_EQ(items.at(0).at("id"), id_of(phone));
  EXPECT_EQ(items.at(0).at("current"), false);
  EXPECT_EQ(items.at(1).at("id"), id_of(tablet));
  EXPECT_EQ(items.at(1).at("current"), true);
  EXPECT_EQ(items.at(1).at("address"), "127.0.0.1");
  EXPECT_FALSE(items.at(1).at("device").get<std::string>().empty());
}

TEST_F(Sessions, AreEndedByTheirUserOneByOne_ASVS_7_5_2) {
  expect_success(end(tablet, id_of(phone)));
  expect_failure(ask_who_am_i(server, phone.access_token), errc::session_ended);
  expect_failure(refresh(server, phone.refresh_token), errc::session_ended);
  EXPECT_EQ(list(tablet).size(), 1);
  expect_failure(end(tablet, id_of(phone)), errc::session_not_found);
  expect_success(end(tablet, id_of(tablet)));
  expect_failure(ask_who_am_i(server, tablet.access_token), errc::session_ended);
}

TEST_F(Sessions, AreNobodyElsesToEnd_ASVS_8_2_2) {
  expect_failure(end(phone, id_of(bob)), errc::session_not_found);
  for (int count = 0; count < 10; ++count) // on either lane
    expect_success(ask_who_am_i(server, bob.access_token));
  expect_success(refresh(server, bob.refresh_token));
  for (const char* id : {"0", "x", "1", "-1", "99999999999999999999"})
    expect_failure(end(phone, id), errc::session_not_found);
}

TEST_F(Sessions, AreNoMoreThanTheLimit) {
  const auto third = log_in(server, "alice");
  const auto fourth = log_in(server, "alice");
  expect_success(ask_who_am_i(server, phone.access_token));
  const auto fifth = log_in(server, "alice");
  for (int count = 0; count < 10; ++count) // on either lane
    expect_failure(ask_who_am_i(server, phone.access_token), errc::session_ended);
  for (const signed_in& open : {tablet, third, fourth, fifth})
    expect_success(ask_who_am_i(server, open.access_token));
  EXPECT_EQ(list(fifth).size(), 4);
}

TEST_F(Sessions, AreNotListedWhenTheirTimeIsOver) {
  server.execute_sql("UPDATE sessions SET expires_at = 1 WHERE id = " + id_of(phone));
  EXPECT_EQ(list(tablet).size(), 1);
}

// ASVS 7.4.2, 7.4.5: what a command does in the database is in force in a running server.
TEST_F(Sessions, EndInEveryLaneWhenAnOperatorEndsThem_ASVS_7_4_2_7_4_5) {
  const std::vector<write_request> order{
      set_user_disabled{claims_of(phone.access_token).user, true, system_time_source{}.now()}};
  const auto ended = server.open_database()->apply(order).front();
  ASSERT_TRUE(ended);
  EXPECT_EQ(std::get<ended_sessions>(*ended).size(), 2);

  api_client first{server.port()};
  first.use_token(phone.access_token);
  EXPECT_TRUE(eventually([&] { return first.get("/api/user/info").status == 401; }));
  EXPECT_TRUE(eventually([&] {
    for (int count = 0; count < 10; ++count) // on either lane
      if (ask_who_am_i(server, tablet.access_token).status != 401) return false;
    return true;
  }));
  expect_success(ask_who_am_i(server, bob.access_token));
  expect_failure(refresh(server, phone.refresh_token), errc::session_ended);
}

} // namespace maque::test
