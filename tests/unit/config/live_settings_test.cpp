#include "config/live_settings.hpp"
#include "config_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace maque::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;

TEST(LiveSettings, AreCheckedByTheirOptionBeforeTheyArePublished) {
  for (const auto& [key, json] : live_values{{"settings.log.level", R"("debug")"},
                                             {"settings.log.access_sample", "0.25"},
                                             {"settings.log.slow_request", R"("250ms")"},
                                             {"settings.log.levels", R"(["http=debug"])"},
                                             {"settings.throttle.first_delay", "1500"},
                                             {"settings.throttle.pair_attempts", "3"},
                                             {"settings.http.cors", R"("list")"},
                                             {"settings.http.cors_origins", R"(["https://a.cn"])"},
                                             {"settings.accounts.registration", R"("open")"}})
    EXPECT_EQ(check_live_value(key, json), std::nullopt) << key;
  for (const auto& [key, json] :
       live_values{{"settings.log.level", R"("loud")"},
                   {"settings.log.access_sample", "1.5"},
                   {"settings.log.slow_request", "true"},
                   {"settings.throttle.first_delay", "null"},
                   {"settings.throttle.pair_attempts", "18446744073709551615"},
                   {"settings.throttle.source_attempts", "1.0"},
                   {"settings.http.cors", "{}"},
                   {"settings.http.cors_origins", R"(["https://a.cn/path"])"},
                   {"settings.log.levels", R"(["http=loud"])"},
                   {"settings.http.trusted_proxies", R"(["localhost"])"},
                   {"settings.accounts.registration", "[1]"},
                   {"settings.throttle.forget_after", "not JSON"}})
    EXPECT_THAT(check_live_value(key, json), Optional(HasSubstr(key.substr(9)))) << key;
}

TEST(LiveSettings, RefuseWhatIsNoSettingAndWhatNeedsARestart) {
  EXPECT_EQ(check_live_value("settings.log.file", R"("x.log")"),
            "log.file can only be changed by a restart");
  EXPECT_EQ(check_live_value("settings.auth.signing_secret", R"("x")"),
            "auth.signing_secret can only be changed by a restart");
  EXPECT_EQ(check_live_value("settings.log.levle", R"("info")"),
            "log.levle is not a setting; did you mean log.level?");
  EXPECT_EQ(check_live_value("settings.", "1"), " is not a setting");
  EXPECT_EQ(check_live_value("log.level", R"("loud")"), std::nullopt);
}

TEST(LiveSettings, GoOverTheOthersAndAreGoneWhenTheyAreRemoved) {
  settings start;
  start.log.level = "warn";
  start.throttle.pair_attempts = 7;
  const auto changed = apply_live(
      start, {{"settings.log.level", R"("debug")"}, {"settings.throttle.pair_attempts", "2"}});
  EXPECT_EQ(describe(changed.problems), "");
  EXPECT_EQ(changed.values.log.level, "debug");
  EXPECT_EQ(changed.values.throttle.pair_attempts, 2U);
  const auto without = apply_live(start, {{"settings.throttle.pair_attempts", "2"}});
  EXPECT_EQ(without.values.log.level, "warn");
  EXPECT_EQ(show(apply_live(start, {}).values), show(start));
}

TEST(LiveSettings, AreLeftOutIfTheyDoNotFitWhileTheOthersApply) {
  const auto made = apply_live({}, {{"settings.log.level", R"("loud")"},
                                    {"settings.log.file", R"("x.log")"},
                                    {"settings.throttle.pair_attempts", "2"}});
  EXPECT_THAT(made.problems, ElementsAre(is_problem("settings.log.file", "by a restart"),
                                         is_problem("settings.log.level", "must be one of")));
  EXPECT_EQ(made.values.log.level, "info");
  EXPECT_EQ(made.values.throttle.pair_attempts, 2U);
}

TEST(LiveSettings, ThatGoTogetherApplyTogetherInAnyOrder) {
  const std::string list = R"("list")";
  const auto both = apply_live(
      {}, {{"settings.http.cors", list}, {"settings.http.cors_origins", R"(["https://a.cn"])"}});
  EXPECT_EQ(describe(both.problems), "");
  EXPECT_EQ(both.values.http.cors, cors_mode::list);
  const auto alone = apply_live({}, {{"settings.http.cors", list}});
  EXPECT_THAT(alone.problems,
              ElementsAre(is_problem("settings.http.cors", "http.cors_origins is empty")));
  EXPECT_EQ(alone.values.http.cors, cors_mode::off);
}

TEST(LiveSettings, TakeFromAFileThatIsReadAgainOnlyWhatCanChange) {
  settings start;
  settings read;
  read.log.level = "error";
  read.log.file = "other.log";
  read.http.cors_origins = {"https://a.cn", "https://b.cn"};
  read.http.port = 1;
  read.auth.signing_secret = secret{"fedcba9876543210fedcba9876543210"};
  read.wechat.further_apps.push_back({"wx1", secret{"x"}, {}, {}});
  const settings made = take_live_options(start, read);
  EXPECT_EQ(made.log.level, "error");
  EXPECT_EQ(made.http.cors_origins, read.http.cors_origins);
  EXPECT_EQ(made.log.file, "");
  EXPECT_EQ(made.http.port, start.http.port);
  EXPECT_THAT(restart_options(start, read),
              ElementsAre("http.port", "auth.signing_secret", "log.file", "wechat.app"));
  EXPECT_THAT(restart_options(read, read), ElementsAre());
}

TEST(LiveSettings, AreShownWithWhereTheyComeFrom) {
  settings start;
  start.http.port = 81;
  start.auth.signing_secret = secret{"fedcba9876543210fedcba9876543210"};
  const auto shown = describe_state(
      start, {{"settings.log.level", R"("debug")"}, {"settings.throttle.pair_attempts", "0"}});
  const auto named = [&shown](std::string_view name) {
    return *std::ranges::find(shown, name, &option_state::name);
  };
  EXPECT_EQ(shown.size(), option_names().size());
  EXPECT_EQ(named("log.level").value, R"("debug")");
  EXPECT_EQ(named("log.level").default_value, R"("info")");
  EXPECT_EQ(named("log.level").source, "live");
  EXPECT_TRUE(named("log.level").live);
  EXPECT_EQ(named("http.port").source, "file");
  EXPECT_FALSE(named("http.port").live);
  EXPECT_EQ(named("throttle.pair_attempts").source, "default");
  EXPECT_EQ(named("throttle.pair_attempts").value, "5");
  for (const option_state& each : shown) {
    if (!each.live) continue;
    EXPECT_EQ(check_live_value("settings." + each.name, each.value), std::nullopt) << each.name;
  }
  EXPECT_EQ(named("auth.signing_secret").value, R"("[redacted]")");
}

TEST(LiveSettings, StandInTheTableOfTheDocuments) {
  std::ostringstream text;
  text << std::ifstream{MAQUE_CONFIG_FOLDER "/../docs/operations.md"}.rdbuf();
  for (const auto& each : describe_options())
    EXPECT_EQ(text.str().find("\n| `" + each.name + "` |") != std::string::npos, each.live)
        << each.name;
}

TEST(LiveSettings, AreAllOptionsAndNoSecrets) {
  std::size_t live = 0;
  for (const auto& each : describe_options())
    if (each.live) ++live;
  EXPECT_EQ(live, 19U);
}

} // namespace
} // namespace maque::config
