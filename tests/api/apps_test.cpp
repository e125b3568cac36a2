#include "account_fixture.hpp"

#include <gtest/gtest.h>
#include <httplib.h>

#include <string>

namespace maque::test {

namespace {

/// A server for the mini-programs wxone and wxtwo.
class MiniPrograms : public testing::Test {
protected:
  static void two_apps(config::settings& settings) {
    settings.wechat.appid = "wxone";
    settings.wechat.further_apps = {{"wxtwo", secret{"s2"}}};
  }

  http_reply log_in_to(const std::string& appid, const std::string& name) {
    static int attempt = 0;
    return client.post("/api/login", {{"code", "dev-" + name + "." + std::to_string(++attempt)},
                                      {"appid", appid}});
  }
  static std::string user_of(const http_reply& reply) {
    return reply.data().at("user").at("id").get<std::string>();
  }
  nlohmann::json report() {
    httplib::Client asking{"127.0.0.1", server.operator_port()};
    asking.set_bearer_token_auth(std::string{test_server::operator_token}.c_str());
    const auto reply = asking.Get("/admin/wechat");
    if (!reply || reply->status != 200) throw std::runtime_error{"there is no report"};
    return nlohmann::json::parse(reply->body).at("data");
  }

  test_server server{two_apps};
  api_client client{server.port()};
};

} // namespace

TEST_F(MiniPrograms, HaveUsersOfTheirOwn) {
  const auto of_one = log_in_to("wxone", "alice");
  expect_success(of_one);
  const auto of_two = log_in_to("wxtwo", "alice");
  expect_success(of_two);
  EXPECT_NE(user_of(of_one), user_of(of_two));
  EXPECT_EQ(user_of(log_in_to("wxtwo", "alice")), user_of(of_two));
  // The first one is meant where none is named.
  const auto unnamed = client.post("/api/login", {{"code", "dev-alice.unnamed"}});
  EXPECT_EQ(user_of(unnamed), user_of(of_one));
}

TEST_F(MiniPrograms, HaveSessionKeysOfTheirOwn) {
  const auto of_two = log_in_to("wxtwo", "alice");
  client.use_token(of_two.data().at("access_token").get<std::string>());
  const auto check = [this](const char* appid) {
    return client.post("/api/v1/wechat/check-signature",
                       {{"raw_data", "{}"}, {"signature", std::string(40, '0')}, {"appid", appid}});
  };
  expect_success(check("wxtwo"));
  expect_failure(check("wxone"), errc::session_key_missing);
  expect_failure(check("wxthree"), errc::invalid_field);
}

TEST_F(MiniPrograms, CanBelongToOneUserWhoLinksThem) {
  const auto of_one = log_in_to("wxone", "alice");
  client.use_token(of_one.data().at("access_token").get<std::string>());
  expect_success(
      client.post("/api/v1/user/wechat", {{"code", "dev-alice.link"}, {"appid", "wxtwo"}}));
  EXPECT_EQ(user_of(log_in_to("wxtwo", "alice")), user_of(of_one));
}

TEST_F(MiniPrograms, HaveBreakersOfTheirOwn) {
  expect_failure(client.post("/api/login", {{"code", "err-45009"}}), errc::wechat_unavailable);
  expect_failure(log_in_to("wxone", "alice"), errc::wechat_unavailable);
  expect_success(log_in_to("wxtwo", "alice"));
}

TEST_F(MiniPrograms, AreReportedToTheOperatorOneByOne) {
  expect_success(log_in_to("wxtwo", "alice"));
  expect_failure(client.post("/api/login", {{"code", "err-45009"}}), errc::wechat_unavailable);
  expect_failure(log_in_to("wxone", "alice"), errc::wechat_unavailable);
  const auto apps = report().at("apps");
  ASSERT_EQ(apps.size(), 2U);
  EXPECT_EQ(apps[0].at("appid"), "wxone");
  const auto one = apps[0].at("endpoints").at(0);
  EXPECT_EQ(one.at("endpoint"), "code2session");
  EXPECT_EQ(one.at("breaker"), "open");
  EXPECT_EQ(one.at("refused"), 1);
  EXPECT_EQ(one.at("stopped"), 1);
  const auto two = apps[1].at("endpoints").at(0);
  EXPECT_EQ(two.at("breaker"), "closed");
  EXPECT_EQ(two.at("succeeded"), 1);
  EXPECT_EQ(apps[1].at("access_token").at("state"), "none");
}

TEST_F(MiniPrograms, AreToldApartInTheMetrics) {
  expect_success(log_in_to("wxtwo", "alice"));
  const auto reply = httplib::Client{"127.0.0.1", server.operator_port()}.Get("/metrics");
  ASSERT_TRUE(reply);
  const auto value_of = [&reply](const std::string& appid) {
    const std::string sample = "\nmaque_wechat_calls_total{appid=\"" + appid +
                               "\",endpoint=\"code2session\",outcome=\"succeeded\"} ";
    const auto at = reply->body.find(sample);
    return at == std::string::npos ? std::string{"missing"}
                                   : reply->body.substr(at + sample.size(), 1);
  };
  EXPECT_EQ(value_of("wxone"), "0");
  EXPECT_EQ(value_of("wxtwo"), "1");
}

} // namespace maque::test
