#include "account_fixture.hpp"

#include <gtest/gtest.h>
#include <httplib.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <sstream>
#include <string>
#include <vector>

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

  /// The values of all samples whose line begins like this, in their order.
  std::vector<double> values_of(const std::string& beginning) {
    std::vector<double> values;
    const auto reply = ask("/metrics");
    std::istringstream lines{reply ? reply->body : ""};
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with(beginning)) values.push_back(std::stod(line.substr(line.rfind(' '))));
    return values;
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
         {"http_front", "login", "account", "session", "user", "db_pool", "db_worker"})
      EXPECT_GE(value_of("maque_actor_messages_received_total{actor=\"" + actor + "\",lane=\"" +
                         lane + "\"}"),
                0)
          << actor << ' ' << lane;
}

TEST_F(Metrics, CountRequestsByRouteAndStatus) {
  api_client client{server.port()};
  client.get("/ping");
  client.get("/ping");
  ask_who_am_i(server, "no token");
  client.get("/nowhere");
  const auto sample = [](const char* method, const char* route, const char* status) {
    return std::string{"maque_http_requests_total{method=\""} + method + "\",route=\"" + route +
           "\",status=\"" + status + "\"}";
  };
  EXPECT_TRUE(eventually([&] { return value_of(sample("GET", "/ping", "2xx")) == 2; }));
  EXPECT_TRUE(eventually([&] { return value_of(sample("GET", "/api/user/info", "4xx")) == 1; }));
  EXPECT_TRUE(eventually([&] { return value_of(sample("-", "-", "4xx")) == 1; }));
  EXPECT_EQ(value_of(sample("GET", "/ping", "5xx")), 0);
}

TEST_F(Metrics, HaveTheTimesOfARouteInBucketsThatRise) {
  constexpr double requests = 100;
  api_client client{server.port()};
  for (int count = 0; count < requests; ++count)
    client.get("/ping");
  const std::string times = "maque_http_request_duration_seconds";
  const std::string ping = R"({method="GET",route="/ping"})";
  ASSERT_TRUE(eventually([&] { return value_of(times + "_count" + ping) == requests; }));
  EXPECT_GT(value_of(times + "_sum" + ping), 0);
  const auto buckets = values_of(times + R"(_bucket{method="GET",route="/ping",)");
  EXPECT_EQ(buckets.size(), 18U);
  EXPECT_TRUE(std::ranges::is_sorted(buckets));
  EXPECT_EQ(buckets.back(), requests);
  EXPECT_EQ(value_of(times + R"(_bucket{method="GET",route="/ping",le="+Inf"})"), requests);
  for (const char* bound : {"5e-05", "0.001", "0.5", "10"})
    EXPECT_GE(value_of(times + R"(_bucket{method="GET",route="/ping",le=")" + bound + "\"}"), 0)
        << bound;
  for (const char* stage : {"parse", "queue", "logic", "serialise"})
    EXPECT_GE(
        value_of(std::string{"maque_http_stage_duration_seconds_count{stage=\""} + stage + "\"}"),
        requests)
        << stage;
}

TEST_F(Metrics, ShowTheDatabaseAndTheLanes) {
  log_in(server, "alice");
  const auto sum = [](const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0);
  };
  EXPECT_TRUE(eventually([&] { return sum(values_of("maque_database_batches_total{lane=")) > 0; }));
  EXPECT_GT(sum(values_of("maque_database_requests_total{lane=")), 0);
  EXPECT_GT(value_of("maque_database_work_seconds_count"), 0);
  EXPECT_TRUE(eventually([&] { return sum(values_of("maque_database_workers{lane=")) > 0; }));
  EXPECT_GT(sum(values_of("maque_lane_requests_total{lane=")), 0);
  api_client open{server.port()};
  open.get("/ping");
  EXPECT_TRUE(eventually([&] {
    return sum(values_of("maque_lane_connections{lane=\"0\"}")) +
               sum(values_of("maque_lane_connections{lane=\"1\"}")) >=
           1;
  }));
}

TEST_F(Metrics, AreInTheFormatOfPrometheus) {
  log_in(server, "alice");
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
