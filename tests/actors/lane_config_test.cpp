#include "actors/lane_config.hpp"
#include "domain/limits.hpp"

#include <gtest/gtest.h>

#include <string>

namespace maque {
namespace {

config_entry targeted(std::string key, config_targeting whom) {
  return {std::move(key), "1", config_visibility::client, std::move(whom)};
}

config_targeting part_of_users(std::uint32_t percentage,
                               std::optional<std::string> otherwise = std::nullopt) {
  return {{}, percentage, std::move(otherwise)};
}

std::string seen_by(const config_snapshot& snapshot, const config_audience& audience) {
  lane_config lane;
  lane.adopt(publish(snapshot));
  return lane.whole_for(audience).json;
}

TEST(PublishedConfig, ShowsAllValuesAndEachOfThem) {
  const auto published = publish({4, {{"limit", "3"}, {"theme", "\"blue\""}}});
  EXPECT_EQ(published->whole.json, R"({"version":4,"values":{"limit":3,"theme":"blue"}})");
  EXPECT_EQ(published->whole.etag, "W/\"v4\"");
  ASSERT_NE(published->find("theme"), nullptr);
  EXPECT_EQ(published->find("theme")->chosen.json, "\"blue\"");
  EXPECT_EQ(published->find("nothing"), nullptr);
  EXPECT_FALSE(published->is_targeted);
  EXPECT_EQ(publish({})->whole.json, R"({"version":0,"values":{}})");
}

TEST(PublishedConfig, NeverShowsClientsWhatIsTheServers) {
  const auto published =
      publish({7,
               {{"open", "1"},
                {"secret", "2", config_visibility::server, {}},
                {"settings.log.level", "\"debug\"", config_visibility::server, {}},
                // Somebody has written it into the database by hand.
                {"settings.log.slow_request", "5"}}});
  EXPECT_EQ(published->whole.json, R"({"version":7,"values":{"open":1}})");
  for (const char* key : {"secret", "settings.log.level", "settings.log.slow_request"})
    EXPECT_EQ(published->find(key), nullptr) << key;
  EXPECT_EQ(published->settings,
            (decltype(published->settings){{"settings.log.level", "\"debug\""},
                                           {"settings.log.slow_request", "5"}}));
}

TEST(PublishedConfig, ShowsAValueToTheMiniProgramsThatItIsFor) {
  const config_snapshot snapshot{2,
                                 {targeted("both", {{"wx1", "wx2"}, config_everybody, {}}),
                                  targeted("one", {{"wx1"}, config_everybody, "0"}),
                                  {"open", "5"}}};
  EXPECT_EQ(seen_by(snapshot, {"wx1", {}}),
            R"({"version":2,"values":{"both":1,"one":1,"open":5}})");
  EXPECT_EQ(seen_by(snapshot, {"wx2", {}}),
            R"({"version":2,"values":{"both":1,"one":0,"open":5}})");
  EXPECT_EQ(seen_by(snapshot, {"wx3", {}}), R"({"version":2,"values":{"one":0,"open":5}})");
  EXPECT_FALSE(publish(snapshot)->depends_on_user);
}

TEST(PublishedConfig, ShowsAValueToAPartOfTheUsersAndToNoGuest) {
  const config_snapshot snapshot{3, {targeted("half", part_of_users(5'000, "0"))}};
  EXPECT_TRUE(publish(snapshot)->depends_on_user);
  int chosen = 0;
  for (std::uint64_t id = 1; id <= 1'000; ++id) {
    const bool included = config_place("half", user_id{id}) < 5'000;
    const std::string value = included ? "1" : "0";
    EXPECT_EQ(seen_by(snapshot, {"wx1", user_id{id}}),
              R"({"version":3,"values":{"half":)" + value + "}}");
    chosen += included ? 1 : 0;
  }
  EXPECT_GT(chosen, 400);
  EXPECT_LT(chosen, 600);
  EXPECT_EQ(seen_by(snapshot, {"wx1", {}}), R"({"version":3,"values":{"half":0}})");
}

TEST(PublishedConfig, DependsOnNoUserWhereAllOrNoneAreMeant) {
  const auto published = publish(
      {3, {targeted("all", part_of_users(config_everybody)), targeted("none", part_of_users(0))}});
  EXPECT_FALSE(published->depends_on_user);
  EXPECT_TRUE(published->is_targeted);
  EXPECT_EQ(published->render(published->variant_for({"wx1", {}})).json,
            R"({"version":3,"values":{"all":1}})");
}

TEST(PublishedConfig, HasAnEntityTagForEachVariantThatTellsThemApart) {
  config_snapshot snapshot{5, {}};
  // More than fit into one digit.
  for (const char* key : {"a", "b", "c", "d", "e"})
    snapshot.entries.push_back(targeted(key, {{std::string{"wx-"} + key}, config_everybody, {}}));
  const auto published = publish(snapshot);
  const auto etag_for = [&](const char* appid) {
    return published->render(published->variant_for({appid, {}})).etag;
  };
  EXPECT_EQ(etag_for("wx-a"), "W/\"v5-10\"");
  EXPECT_EQ(etag_for("wx-d"), "W/\"v5-80\"");
  EXPECT_EQ(etag_for("wx-e"), "W/\"v5-01\"");
  EXPECT_EQ(etag_for("wx-x"), "W/\"v5-00\"");
  EXPECT_EQ(published->render("01").json, R"({"version":5,"values":{"e":1}})");
}

TEST(PublishedConfig, TellsOneValueApartFromWhatOthersGetInstead) {
  const auto published = publish({6, {targeted("key", {{"wx1"}, config_everybody, "2"})}});
  const auto* const part = published->find("key");
  ASSERT_NE(part, nullptr);
  EXPECT_EQ(part->for_whom({"wx1", {}})->etag, "W/\"v6-1\"");
  EXPECT_EQ(part->for_whom({"wx2", {}})->etag, "W/\"v6-0\"");
  EXPECT_EQ(part->for_whom({"wx2", {}})->json, "2");
}

TEST(LaneConfig, NeverGoesBackToAnOlderVersion) {
  lane_config lane;
  EXPECT_EQ(lane.current(), nullptr);
  lane.adopt(publish({5, {{"a", "5"}}}));
  lane.adopt(publish({4, {{"a", "4"}}}));
  EXPECT_EQ(lane.current()->version, 5U);
  const auto* const before = lane.current().get();
  lane.adopt(publish({5, {{"a", "other"}}}));
  EXPECT_EQ(lane.current().get(), before);
  lane.adopt(publish({6, {}}));
  EXPECT_EQ(lane.current()->version, 6U);
}

TEST(LaneConfig, RendersAVariantOnceAndKeepsOnlySoMany) {
  config_snapshot snapshot{1, {}};
  for (std::size_t number = 0; number <= limits::config_variants; ++number)
    snapshot.entries.push_back(
        targeted("key" + std::to_string(100 + number), {{"wx" + std::to_string(number)}}));
  lane_config lane;
  lane.adopt(publish(snapshot));
  const auto* const first = &lane.whole_for({"wx0", {}});
  EXPECT_EQ(&lane.whole_for({"wx0", {}}), first);
  EXPECT_EQ(lane.kept_variants(), 1U);
  for (std::size_t number = 0; number <= limits::config_variants; ++number) {
    const std::string appid = "wx" + std::to_string(number);
    EXPECT_EQ(lane.whole_for({appid, {}}).json,
              R"({"version":1,"values":{"key)" + std::to_string(100 + number) + R"(":1}})");
    EXPECT_LE(lane.kept_variants(), limits::config_variants);
  }
  snapshot.version = 2;
  lane.adopt(publish(snapshot));
  EXPECT_EQ(lane.kept_variants(), 0U);
  EXPECT_EQ(lane.whole_for({"none", {}}).json, R"({"version":2,"values":{}})");
}

TEST(LaneConfig, KeepsNoVariantsBeyondTheirMemory) {
  config_snapshot snapshot{
      1, {{"large", "\"" + std::string(limits::config_variant_bytes / 2, 'x') + "\""}}};
  snapshot.entries.insert(snapshot.entries.begin(),
                          targeted("key", {{"wx1"}, config_everybody, {}}));
  lane_config lane;
  lane.adopt(publish(snapshot));
  lane.whole_for({"wx1", {}});
  lane.whole_for({"wx2", {}});
  EXPECT_EQ(lane.kept_variants(), 1U);
}

} // namespace
} // namespace maque
