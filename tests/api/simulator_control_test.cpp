#include "account_fixture.hpp"

#include <gtest/gtest.h>
#include <httplib.h>
#include <nlohmann/json.hpp>

#include <string>

namespace maque::test {

namespace {

/// The simulator inside of the server is controlled on the operator's listener.
class SimulatorControl : public testing::Test {
protected:
  nlohmann::json order(const std::string& what, const nlohmann::json& body, int status = 200) {
    const auto reply = httplib::Client{"127.0.0.1", server.operator_port()}.Post(
        "/simulator/" + what, body.dump(), "application/json");
    if (!reply) throw std::runtime_error{"there is no answer"};
    EXPECT_EQ(reply->status, status) << reply->body;
    EXPECT_EQ(reply->get_header_value("Content-Type"), "application/json");
    return nlohmann::json::parse(reply->body);
  }

  test_server server{[](config::settings& settings) {
    settings.wechat.appid = "wxsimulator";
    settings.wechat.push_token = secret{"token"};
  }};
  api_client client{server.port()};
};

} // namespace

TEST_F(SimulatorControl, GivesEncryptedDataThatTheServerDecrypts) {
  const auto alice = log_in(server, "alice");
  const auto made = order(
      "encrypt", {{"appid", "wxsimulator"}, {"name", "alice"}, {"data", {{"nickName", "Band"}}}});
  client.use_token(alice.access_token);
  const auto reply =
      client.post("/api/v1/wechat/decrypt",
                  {{"encrypted_data", made.at("encryptedData")}, {"iv", made.at("iv")}});
  expect_success(reply);
  EXPECT_EQ(reply.data().at("nickName"), "Band");
}

TEST_F(SimulatorControl, LetsLoginsFail) {
  order("errors", {{"endpoint", "/sns/jscode2session"}, {"errcode", 40226}, {"calls", 1}});
  expect_failure(client.post("/api/login", login_as("alice", "1")), errc::user_blocked_by_wechat);
  expect_success(client.post("/api/login", login_as("alice", "2")));
}

TEST_F(SimulatorControl, PushesToTheServer) {
  const auto came = order(
      "push",
      {{"url", "http://127.0.0.1:" + std::to_string(server.port()) + "/wechat/push/wxsimulator"},
       {"token", "token"},
       {"appid", "wxsimulator"},
       {"message", {{"FromUserName", "oABCD"}, {"MsgType", "text"}, {"Content", "hello"}}}});
  EXPECT_EQ(came.at("delivered"), true) << came;
  EXPECT_EQ(came.at("attempts").at(0).at("body"), "success");
}

TEST_F(SimulatorControl, SaysWhatMakesNoSense) {
  EXPECT_TRUE(order("push", {{"format", "yaml"}, {"message", nlohmann::json::object()}}, 400)
                  .contains("error"));
  EXPECT_TRUE(order("nothing", nlohmann::json::object(), 404).contains("error"));
}

TEST(LiveServer, HasNoSimulatorToControl_ASVS_13_4_5) {
  test_server server{[](config::settings& settings) {
    settings.wechat.mode = config::wechat_mode::live;
    settings.wechat.appid = "wx1";
    settings.wechat.app_secret = secret{"s"};
    settings.wechat.base_url = "http://127.0.0.1:1";
  }};
  const auto reply = httplib::Client{"127.0.0.1", server.operator_port()}.Get("/simulator/stats");
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 404);
}

} // namespace maque::test
