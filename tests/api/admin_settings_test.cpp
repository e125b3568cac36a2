#include "api_fixture.hpp"

#include <gmock/gmock.h>
#include <httplib.h>

#include <algorithm>
#include <string>

namespace maque::test {

namespace {

class AdminSettings : public testing::Test {
protected:
  AdminSettings() { operators.set_bearer_token_auth(std::string{test_server::operator_token}); }

  nlohmann::json setting(const std::string& name) {
    const auto reply = operators.Get("/admin/settings");
    if (!reply || reply->status != 200) throw std::runtime_error{"no settings"};
    const nlohmann::json shown = nlohmann::json::parse(reply->body);
    for (const auto& each : shown.at("data").at("settings"))
      if (each.at("name") == name) return each;
    throw std::runtime_error{"no such setting"};
  }

  httplib::Result put_level(const nlohmann::json& body) {
    return operators.Put("/admin/log-level", body.dump(), "application/json");
  }

  test_server server;
  httplib::Client operators{"127.0.0.1", server.operator_port()};
};

} // namespace

TEST_F(AdminSettings, ShowEachSettingWithItsDefaultAndWhereItComesFrom) {
  const auto level = setting("log.level");
  EXPECT_EQ(level.at("value"), "info");
  EXPECT_EQ(level.at("default"), "info");
  EXPECT_EQ(level.at("live"), true);
  EXPECT_EQ(level.at("source"), "default");
  EXPECT_NE(level.at("help"), "");
  EXPECT_EQ(setting("server.lanes").at("value"), 2);
  EXPECT_EQ(setting("server.lanes").at("source"), "file");
  EXPECT_EQ(setting("server.lanes").at("live"), false);
}

TEST_F(AdminSettings, Asvs13_3_1_ShowNoSecret) {
  EXPECT_EQ(setting("admin.token").at("value"), "[redacted]");
  const auto reply = operators.Get("/admin/settings");
  EXPECT_THAT(reply->body,
              testing::Not(testing::HasSubstr(std::string{test_server::operator_token})));
}

TEST_F(AdminSettings, AreNotForStrangers) {
  httplib::Client stranger{"127.0.0.1", server.operator_port()};
  EXPECT_EQ(stranger.Get("/admin/settings")->status, 401);
  EXPECT_EQ(stranger.Put("/admin/log-level", R"({"level":"debug"})", "application/json")->status,
            401);
  EXPECT_EQ(setting("log.level").at("value"), "info");
}

TEST_F(AdminSettings, HaveTheNewLogLevelWhenTheAnswerIsThere) {
  const auto reply = put_level({{"level", "debug"}});
  ASSERT_TRUE(reply);
  ASSERT_EQ(reply->status, 200) << reply->body;
  const auto data = nlohmann::json::parse(reply->body).at("data");
  EXPECT_EQ(data.at("key"), "settings.log.level");
  EXPECT_EQ(data.at("value"), "debug");
  EXPECT_EQ(data.at("version"), 1);
  EXPECT_EQ(setting("log.level").at("value"), "debug");
  EXPECT_EQ(setting("log.level").at("source"), "live");
  const auto item = server.open_database()->find_config_item("settings.log.level");
  ASSERT_TRUE(item && *item);
  EXPECT_EQ((*item)->published->by.who, "operator token");
}

TEST_F(AdminSettings, GiveOneModuleItsLevelAndLeaveTheOthersTheirs) {
  ASSERT_EQ(put_level({{"level", "debug"}, {"module", "http"}})->status, 200);
  ASSERT_EQ(put_level({{"level", "warn"}, {"module", "db"}})->status, 200);
  ASSERT_EQ(put_level({{"level", "error"}, {"module", "http"}})->status, 200);
  EXPECT_EQ(setting("log.levels").at("value"),
            nlohmann::json::parse(R"(["db=warn","http=error"])"));
  EXPECT_EQ(setting("log.level").at("value"), "info");
}

TEST_F(AdminSettings, RefuseALevelOrAModuleThatThereIsNot) {
  for (const auto& body :
       {nlohmann::json{{"level", "loud"}}, nlohmann::json{{"level", "debug"}, {"module", "x"}},
        nlohmann::json{{"module", "http"}}, nlohmann::json{{"level", 1}}})
    EXPECT_EQ(put_level(body)->status, 400) << body;
  EXPECT_EQ(setting("log.level").at("source"), "default");
}

} // namespace maque::test
