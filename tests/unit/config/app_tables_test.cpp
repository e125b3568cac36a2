#include "config_fixture.hpp"

#include <gtest/gtest.h>

namespace maque::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// Further mini-programs: tables [[wechat.app]].
class SettingsApps : public config_fixture {
protected:
  static constexpr const char* two = "[wechat]\n"
                                     "appid = \"wx1\"\n"
                                     "[[wechat.app]]\n"
                                     "appid = \"wx2\"\n"
                                     "[[wechat.app]]\n"
                                     "appid = \"wx3\"\n"
                                     "push_token = \"token3\"\n";
};

TEST_F(SettingsApps, StandInTablesWithTheirSecretsInTheEnvironment) {
  write_toml(two);
  write_env_file("MAQUE_WECHAT_APP_1_APP_SECRET=overridden\n");
  from.environment = {{"MAQUE_WECHAT_APP_SECRET", "s1"},
                      {"MAQUE_WECHAT_APP_1_APP_SECRET", "s2"},
                      {"MAQUE_WECHAT_APP_2_APP_SECRET", "s3"},
                      {"MAQUE_WECHAT_APP_2_PUSH_AES_KEY", std::string(43, 'k')}};
  const auto read = load(from);
  EXPECT_EQ(describe(read.problems), "");
  const auto& wechat = read.values.wechat;
  EXPECT_EQ(wechat.mode, wechat_mode::live);
  EXPECT_EQ(wechat.app_secret.reveal(), "s1");
  ASSERT_EQ(wechat.further_apps.size(), 2U);
  EXPECT_EQ(wechat.further_apps[0].appid, "wx2");
  EXPECT_EQ(wechat.further_apps[0].app_secret.reveal(), "s2");
  EXPECT_TRUE(wechat.further_apps[0].push_token.empty());
  EXPECT_EQ(wechat.further_apps[1].appid, "wx3");
  EXPECT_EQ(wechat.further_apps[1].app_secret.reveal(), "s3");
  EXPECT_EQ(wechat.further_apps[1].push_token.reveal(), "token3");
  EXPECT_EQ(wechat.further_apps[1].push_aes_key.reveal(), std::string(43, 'k'));
}

TEST_F(SettingsApps, MayAllStandInTables) {
  write_toml("[[wechat.app]]\nappid = \"wx2\"\napp_secret = \"s\"\n");
  const auto read = load(from);
  EXPECT_EQ(describe(read.problems), "");
  EXPECT_EQ(read.values.wechat.mode, wechat_mode::live);
}

TEST_F(SettingsApps, AreShownWithoutTheirSecretsAndReadAgain_ASVS_13_3_1) {
  write_toml(two);
  from.environment = {{"MAQUE_WECHAT_APP_SECRET", "hidden-1"},
                      {"MAQUE_WECHAT_APP_1_APP_SECRET", "hidden-2"},
                      {"MAQUE_WECHAT_APP_2_APP_SECRET", "hidden-3"}};
  const std::string shown = show(load(from).values);
  EXPECT_THAT(shown,
              HasSubstr("\n[[wechat.app]]\nappid = \"wx2\"\n# app_secret = \"[redacted]\"\n"));
  for (const char* const hidden : {"hidden", "token3"})
    EXPECT_THAT(shown, Not(HasSubstr(hidden)));
  write_toml(shown);
  from.environment["MAQUE_WECHAT_APP_2_PUSH_TOKEN"] = "token3";
  const auto again = load(from);
  EXPECT_EQ(describe(again.problems), "");
  EXPECT_EQ(show(again.values), shown);
}

TEST_F(SettingsApps, AreRefusedWithWhatIsWrong) {
  const std::string first = "[wechat]\nmode = \"simulator\"\n[[wechat.app]]\n";
  struct row {
    std::string tables;
    std::string where;
    std::string what;
  };
  for (const auto& [tables, where, what] : {
           row{"app_secret = \"s\"\n", "section [[wechat.app]]", "1: appid is missing"},
           row{"appid = \"wx2\"\n[[wechat.app]]\nappid = \"wx2\"\n", "section [[wechat.app]]",
               "2: another one has this appid"},
           row{"appid = \"wx2\"\npush_token = 5\n", at_toml(5), "1: wechat.push_token must be"},
           row{"appid = \"wx2\"\nsecret = \"s\"\n", at_toml(5),
               "secret is not a setting of a [[wechat.app]]"},
           row{"appid = \"wx2\"\npush_token = \"no token\"\n", "section [[wechat.app]]",
               "push_token must be"},
           row{"appid = \"wx2\"\npush_aes_key = \"" + std::string(43, 'k') + "\"\n",
               "section [[wechat.app]]", "goes with push_token"},
       }) {
    write_toml(first + tables);
    EXPECT_THAT(load(from).problems, ElementsAre(is_problem(where, what))) << tables;
  }
}

TEST_F(SettingsApps, NeedTheirSecretsForTheRealThing) {
  write_toml("[[wechat.app]]\nappid = \"wx2\"\n");
  EXPECT_THAT(load(from).problems,
              ElementsAre(is_problem("section [[wechat.app]]", "1: app_secret is missing")));
}

TEST_F(SettingsApps, AreNumberedFromOneUpToALimit) {
  for (const char* const name : {"MAQUE_WECHAT_APP_0_APPID", "MAQUE_WECHAT_APP_X_APPID",
                                 "MAQUE_WECHAT_APP_1_MODE", "MAQUE_WECHAT_APP_1APPID"}) {
    from.environment = {{name, "wx2"}};
    EXPECT_THAT(load(from).problems,
                ElementsAre(is_problem(std::string{"environment "} + name, "is not a setting")));
  }
  from.environment = {{"MAQUE_WECHAT_APP_33_APPID", "wx2"}};
  EXPECT_THAT(load(from).problems,
              ElementsAre(is_problem("environment MAQUE_WECHAT_APP_33_APPID", "32 tables")));
}

} // namespace
} // namespace maque::config
