#include "account_fixture.hpp"

#include <gtest/gtest.h>
#include <httplib.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace maque::test {

namespace {

class Metrics : public testing::Test {
protected:
  httplib::Result ask(const std::string& path) {
    return httplib::Client{"127.0.0.1", server.operator_port()}.Get(path);
  }

  /// The value of a sample, or -1 if there is none.
  double value_of(const std::string& sample) {
    const auto reply = ask("/metrics");
    if (!reply) return -1;
    const auto at = reply->body.find("\n" + sample + " ");
    return at == std::string::npos ? -1 : std::stod(reply->body.substr(at + sample.size() + 2));
  }

  test_server server{open_registration};
};

} // namespace

TEST_F(Metrics, CountWhatHappensToAccounts) {
  const std::string wrong =
      R"(maque_security_events_total{kind="login_failed",reason="wrong_password"})";
  const std::string right =
      R"(maque_security_events_total{kind="login_succeeded",reason="password"})";
  EXPECT_EQ(value_of(wrong), 0);
  signed_in_by(sign_up(server, "alice"));
  log_in_with(server, "alice", "wrong password");
  log_in_with(server, "alice", "wrong password");
  signed_in_by(log_in_with(server, "alice", good_password));
  EXPECT_EQ(value_of(wrong), 2);
  EXPECT_EQ(value_of(right), 1);
}

TEST_F(Metrics, ShowEveryActorOfEveryLane) {
  ask_who_am_i(server, log_in(server, "alice").access_token);
  for (const std::string lane : {"0", "1"})
    for (const std::string actor :
         {"http_front", "login", "account", "session", "user", "config", "db_pool", "db_worker"})
      EXPECT_GE(value_of("maque_actor_messages_received_total{actor=\"" + actor + "\",lane=\"" +
                         lane + "\"}"),
                0)
          << actor << ' ' << lane;
}

TEST_F(Metrics, AreInTheFormatOfPrometheus) {
  const auto reply = ask("/metrics");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->get_header_value("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  const auto file = server.folder() / "metrics.txt";
  std::ofstream{file} << reply->body;
  EXPECT_EQ(std::system((MAQUE_PROMTOOL " check metrics <" + file.string()).c_str()), 0);
}

TEST_F(Metrics, AreNotPublic_ASVS_13_4_5) {
  api_client front{server.port()};
  for (const char* path : {"/metrics", "/admin", "/admin/", "/admin/actors"})
    expect_failure(front.get(path), errc::route_not_found);
  // And the operator's listener has nothing else.
  for (const char* path : {"/", "/ping", "/api/user/info", "/metrics/", "/admin/nothing"})
    EXPECT_EQ(ask(path)->status, 404) << path;
  httplib::Client posting{"127.0.0.1", server.operator_port()};
  const auto reply = posting.Post("/metrics", "", "text/plain");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 405);
  EXPECT_EQ(reply->get_header_value("Allow"), "GET, HEAD, OPTIONS");
}

} // namespace maque::test
