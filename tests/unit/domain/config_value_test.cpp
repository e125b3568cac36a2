#include "domain/config_value.hpp"
#include "domain/limits.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <functional>
#include <string>
#include <vector>

namespace maque {
namespace {

constexpr std::uint64_t first_user = 7'000'000'000'000'000'000ULL;

// The place in a rollout is API: whoever was in must stay in when the program is replaced.
TEST(ConfigPlace, IsTheSameInEveryVersionOfTheProgram) {
  struct known {
    std::string key;
    std::uint64_t user;
    std::uint32_t place;
  };
  const std::vector<known> all{
      {"", 1, 9718},
      {"new_checkout", 1, 1423},
      {"new_checkout", 2, 2551},
      {"new_checkout", first_user, 2271},
      {"新功能", 1, 2062},
  };
  for (const known& each : all)
    EXPECT_EQ(config_place(each.key, {each.user}), each.place) << each.key << ' ' << each.user;
}

TEST(ConfigPlace, SpreadsUsersEvenly) {
  constexpr std::uint64_t users = 100'000;
  for (const std::uint64_t begin : {std::uint64_t{1}, first_user}) {
    std::array<int, 100> hundredths{};
    for (std::uint64_t id = begin; id < begin + users; ++id)
      ++hundredths.at(config_place("new_checkout", {id}) / 100);
    // 1,000 each are expected, with a standard deviation of 31.
    EXPECT_GT(*std::ranges::min_element(hundredths), 840);
    EXPECT_LT(*std::ranges::max_element(hundredths), 1'160);
  }
}

TEST(ConfigPlace, HasNothingToDoWithThatForAnotherKey) {
  constexpr int users = 100'000;
  int both = 0;
  for (std::uint64_t id = 1; id <= users; ++id)
    if (config_place("new_checkout", {id}) < 1'000 && config_place("new_checkout2", {id}) < 1'000)
      ++both;
  // A tenth of a tenth: 1,000 with a standard deviation of 31.
  EXPECT_GT(both, 840);
  EXPECT_LT(both, 1'160);
}

TEST(ConfigTargeting, KeepsWhomItHasIncludedAsThePercentageGrows) {
  for (std::uint64_t id = 1; id <= 1'000; ++id) {
    bool was_in = false;
    for (std::uint32_t percentage = 0; percentage <= config_everybody; percentage += 50) {
      config_targeting targeting;
      targeting.percentage = percentage;
      const bool is_in = is_for(targeting, "key", "wx-app", user_id{id});
      EXPECT_TRUE(is_in || !was_in) << id << " at " << percentage;
      was_in = is_in;
    }
    EXPECT_TRUE(was_in) << id;
  }
}

TEST(ConfigTargeting, IsForTheUsersOfItsMiniPrograms) {
  struct {
    config_targeting targeting;
    std::string appid;
    std::optional<user_id> user;
    bool wanted;
  } const cases[]{
      {{}, "", std::nullopt, true},
      {{.appids = {"wx1", "wx2"}}, "wx2", std::nullopt, true},
      {{.appids = {"wx1", "wx2"}}, "wx3", user_id{1}, false},
      {{.appids = {"wx1", "wx2"}}, "", user_id{1}, false},
      {{.appids = {}, .percentage = 9'999}, "wx1", std::nullopt, false},
      {{.appids = {}, .percentage = 0}, "wx1", user_id{1}, false},
      {{.appids = {"wx1"}, .percentage = 0}, "wx1", user_id{1}, false},
  };
  for (const auto& each : cases)
    EXPECT_EQ(is_for(each.targeting, "key", each.appid, each.user), each.wanted) << each.appid;
}

TEST(ConfigKeys, AreVisibleTextOfALimitedLength) {
  for (const std::string key : {"a", "settings.log.level", "主题", "with blank", "a/b"})
    EXPECT_TRUE(check_config_key(key)) << key;
  EXPECT_TRUE(check_config_key(std::string(limits::config_key_bytes, 'k')));
  for (const std::string& key :
       {std::string{}, std::string(limits::config_key_bytes + 1, 'k'), std::string{"a\nb"},
        std::string{"a\0b", 3}, std::string{"\x7F"}, std::string{"\xC2\x80"}, std::string{"\xFF"},
        std::string{"a\xE2\x80\xAE"}})
    EXPECT_EQ(check_config_key(key).error().code, errc::invalid_field) << key;
}

TEST(ConfigContent, HasLimits) {
  using change = std::function<void(config_content&)>;
  const auto target = [](config_targeting targeting) {
    return [targeting](config_content& content) { content.targeting = targeting; };
  };
  const std::string too_long(limits::config_value_bytes + 1, '1');
  struct {
    change spoil;
    errc code;
    std::string hint;
  } const cases[]{
      {[&](auto& content) { content.json = too_long; }, errc::body_too_large, "value: longer"},
      {[&](auto& content) { content.schema = too_long; }, errc::body_too_large, "schema: longer"},
      {target({.otherwise = too_long}), errc::body_too_large, "otherwise: longer"},
      {[&](auto& content) { content.description = too_long; }, errc::invalid_field,
       "description: longer"},
      {[&](auto& content) { content.description = "a\nb"; }, errc::invalid_field,
       "description: UTF-8"},
      {target({.percentage = 10'001}), errc::invalid_field, "targeting.percentage"},
      {target({.appids = {"wx1", "wx1"}}), errc::invalid_field, "targeting.appids: not ascending"},
      {target({.appids = {"b", "a"}}), errc::invalid_field, "targeting.appids: not ascending"},
      {target({.appids = {""}}), errc::invalid_field, "targeting.appids: that is no appid"},
      {target({.appids = {"wx 1"}}), errc::invalid_field, "targeting.appids: that is no appid"},
      {target({.appids = std::vector<std::string>(101, "wx")}), errc::invalid_field,
       "targeting.appids: more than 100"},
  };
  for (const auto& each : cases) {
    config_content content{.json = "1", .description = "what it is for"};
    EXPECT_TRUE(check_config_content(content));
    each.spoil(content);
    const auto checked = check_config_content(content);
    ASSERT_FALSE(checked) << each.hint;
    EXPECT_EQ(checked.error().code, each.code) << each.hint;
    EXPECT_THAT(checked.error().hint, ::testing::StartsWith(each.hint));
  }
}

TEST(ConfigChanges, AreNotedInLinesThatCanBeLogged) {
  EXPECT_TRUE(check_config_change({"alice", {}, "why not"}));
  EXPECT_FALSE(check_config_change({"alice\n", {}, {}}));
  EXPECT_FALSE(check_config_change({std::string(257, 'a'), {}, {}}));
  EXPECT_FALSE(check_config_change({"alice", {}, std::string(1'025, 'n')}));
}

TEST(ConfigVisibility, HasANameThatIsReadAgain) {
  for (const auto visibility : {config_visibility::client, config_visibility::server})
    EXPECT_EQ(parse_config_visibility(to_string(visibility)), visibility);
  EXPECT_FALSE(parse_config_visibility("public"));
}

} // namespace
} // namespace maque
