#include "domain/limits.hpp"
#include "store_fixture.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

namespace maque::db::test {
namespace {

using std::chrono::hours;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// The configuration as operators change it.
class LiveConfig : public store_test {
protected:
  static config_edit edit(std::optional<std::uint64_t> base, std::string who = "alice",
                          std::string key = "key") {
    return {std::move(key), base, {std::move(who), noon, "because"}};
  }

  config_item publish(std::string json, std::optional<std::uint64_t> base = std::nullopt) {
    return expect<config_item>(publish_config_value{edit(base), plain(std::move(json))});
  }

  config_item draft(std::string json, std::optional<std::uint64_t> base = std::nullopt,
                    std::string who = "alice") {
    return expect<config_item>(
        save_config_draft{edit(base, std::move(who)), plain(std::move(json))});
  }

  std::optional<config_item> find(const std::string& key = "key") {
    return value_of(reader->find_config_item(key));
  }

  std::vector<std::uint64_t> versions_of(const list_config_history& query) {
    std::vector<std::uint64_t> versions;
    for (const config_version& each : value_of(reader->config_history_of(query)))
      versions.push_back(each.version);
    return versions;
  }

  static config_content plain(std::string json) {
    return {.json = std::move(json), .description = {}};
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, LiveConfig, engines(), name_of);

TEST_P(LiveConfig, IsEmptyAtFirst) {
  EXPECT_THAT(value_of(reader->list_config_items()), IsEmpty());
  EXPECT_EQ(find(), std::nullopt);
  EXPECT_EQ(find(std::string{"a\0b", 3}), std::nullopt);
  EXPECT_THAT(value_of(reader->config_history_of({"key"})), IsEmpty());
  EXPECT_THAT(value_of(reader->config_history_of({std::string{"a\0b", 3}})), IsEmpty());
}

TEST_P(LiveConfig, KeepsEverythingThatWasPublished) {
  const auto made = expect<config_item>(publish_config_value{edit(0), make_content()});
  const config_version wanted{1, make_content(), {"alice", noon, "because"}};
  EXPECT_EQ(made, (config_item{"key", wanted, {}}));
  EXPECT_EQ(find(), made);
  EXPECT_THAT(value_of(reader->list_config_items()), ElementsAre(made));
  EXPECT_THAT(value_of(reader->config_history_of({"key"})), ElementsAre(wanted));
  EXPECT_EQ(
      value_of(reader->load_config()),
      (config_snapshot{
          1, {{"key", make_content().json, config_visibility::server, make_content().targeting}}}));
}

TEST_P(LiveConfig, KeepsAnyTargeting) {
  const std::vector<config_targeting> all{
      {}, {.percentage = 0}, {.appids = {"wx"}}, {.appids = {"a", "b"}, .percentage = 1}};
  for (const config_targeting& each : all) {
    auto content = plain("1");
    content.targeting = each;
    expect<config_item>(publish_config_value{edit({}), content});
    EXPECT_EQ(find()->published->content, content);
  }
}

TEST_P(LiveConfig, IsChangedFromTheVersionThatItsOperatorHasSeen) {
  publish("1", 0);
  publish("2", 1);
  for (const std::uint64_t old : {0U, 1U, 3U}) {
    const std::vector<write_request> late{
        publish_config_value{edit(old), plain("3")}, save_config_draft{edit(old), plain("3")},
        remove_config_value{edit(old)}, roll_back_config_value{edit(old), 1}};
    for (const auto& outcome : writer->apply(late))
      EXPECT_EQ(code_of(outcome), errc::config_conflict) << old;
  }
  EXPECT_EQ(find()->published->content->json, "2");
  EXPECT_EQ(find()->draft, std::nullopt);
  EXPECT_EQ(publish("3").version(), 3U);
}

TEST_P(LiveConfig, CountsItsVersionsOverAllKeys) {
  publish("1");
  expect<config_item>(publish_config_value{edit(0, "bob", "other"), plain("2")});
  EXPECT_EQ(publish("3", 1).version(), 3U);
  EXPECT_THAT(versions_of({"key"}), ElementsAre(3, 1));
  EXPECT_THAT(versions_of({"other"}), ElementsAre(2));
}

TEST_P(LiveConfig, MakesNoVersionOfWhatChangesNothing) {
  publish("1", 0);
  EXPECT_EQ(publish("1", 1).version(), 1U);
  auto described = plain("1");
  described.description = "what for";
  EXPECT_EQ(expect<config_item>(publish_config_value{edit(1), described}).version(), 2U);
  EXPECT_EQ(value_of(reader->config_version()), 2U);
}

TEST_P(LiveConfig, ServesNoDraft) {
  const config_item item = draft("1", 0);
  EXPECT_EQ(item, (config_item{"key", {}, config_draft{plain("1"), "alice", noon, 0, 1}}));
  EXPECT_THAT(value_of(reader->list_config_items()), ElementsAre(item));
  EXPECT_EQ(value_of(reader->load_config()), config_snapshot{});
  EXPECT_EQ(value_of(reader->config_version()), 0U);
}

TEST_P(LiveConfig, PublishesADraftOnce) {
  publish("1");
  expect<config_item>(save_config_draft{edit(1), make_content()});
  const auto published = expect<config_item>(publish_config_value{edit(1, "bob"), std::nullopt, 1});
  EXPECT_EQ(published,
            (config_item{"key", config_version{2, make_content(), {"bob", noon, "because"}}, {}}));
  EXPECT_EQ(code_of(apply_one(publish_config_value{edit(2)})), errc::config_draft_not_found);
}

TEST_P(LiveConfig, PublishesNoDraftThatWasWrittenForAnotherVersion) {
  publish("1");
  draft("2", 1);
  expect<config_item>(publish_config_value{edit(1, "bob"), plain("3")});
  EXPECT_EQ(code_of(apply_one(publish_config_value{edit(2)})), errc::config_conflict);
  EXPECT_EQ(find()->draft->content.json, "2");
  EXPECT_EQ(draft("2", 2).draft, (config_draft{plain("2"), "alice", noon, 2, 2}));
  EXPECT_EQ(expect<config_item>(publish_config_value{edit(2)}).published->content->json, "2");
}

TEST_P(LiveConfig, PublishesNoDraftThatItsOperatorHasNotSeen) {
  draft("1");
  draft("2");
  EXPECT_EQ(code_of(apply_one(publish_config_value{edit(0), std::nullopt, 1})),
            errc::config_conflict);
  EXPECT_EQ(find()->published, std::nullopt);
}

TEST_P(LiveConfig, KeepsTheDraftOfSomebodyElseWhoMustBeSeen) {
  draft("1");
  save_config_draft theirs{edit(0, "bob"), plain("2")};
  EXPECT_EQ(code_of(apply_one(theirs)), errc::config_conflict);
  theirs.over = 2;
  EXPECT_EQ(code_of(apply_one(theirs)), errc::config_conflict);
  EXPECT_EQ(find()->draft->saved_by, "alice");
  theirs.over = 1;
  EXPECT_EQ(expect<config_item>(theirs).draft, (config_draft{plain("2"), "bob", noon, 0, 2}));
}

TEST_P(LiveConfig, EndsTheDraftOfWhomPublishesAndNoOther) {
  draft("1");
  EXPECT_TRUE(expect<config_item>(publish_config_value{edit(0, "bob"), plain("2")}).draft);
  EXPECT_FALSE(publish("3").draft);
}

TEST_P(LiveConfig, ThrowsDraftsAway) {
  draft("1");
  EXPECT_EQ(code_of(apply_one(discard_config_draft{edit(0), 2})), errc::config_conflict);
  EXPECT_EQ(expect<config_item>(discard_config_draft{edit(0), 1}), config_item{"key"});
  EXPECT_EQ(find(), std::nullopt);
  EXPECT_EQ(code_of(apply_one(discard_config_draft{edit(0)})), errc::config_draft_not_found);
}

TEST_P(LiveConfig, RemovesAKeyAndKeepsItsHistory) {
  publish("1");
  EXPECT_EQ(expect<config_item>(remove_config_value{edit(1)}), config_item{"key"});
  EXPECT_EQ(find(), std::nullopt);
  EXPECT_EQ(value_of(reader->load_config()), (config_snapshot{2, {}}));
  const config_version removed{2, {}, {"alice", noon, "because"}};
  EXPECT_EQ(value_of(reader->config_history_of({"key"})).at(0), removed);
  EXPECT_EQ(code_of(apply_one(remove_config_value{edit({})})), errc::config_key_not_found);
  EXPECT_EQ(publish("2", 0).version(), 3U);
}

TEST_P(LiveConfig, RollsBackToAnyVersionOfTheKey) {
  expect<config_item>(publish_config_value{edit(0), make_content()});
  publish("2", 1);
  expect<config_item>(publish_config_value{edit(0, "bob", "other"), plain("3")});
  const auto back = expect<config_item>(roll_back_config_value{edit(2, "bob"), 1});
  EXPECT_EQ(back.published, (config_version{4, make_content(), {"bob", noon, "because"}}));
  for (const std::uint64_t none : {0U, 3U, 5U})
    EXPECT_EQ(code_of(apply_one(roll_back_config_value{edit(4), none})),
              errc::config_version_not_found);
  expect<config_item>(remove_config_value{edit(4)});
  EXPECT_EQ(expect<config_item>(roll_back_config_value{edit(0), 2}).published->content->json, "2");
  EXPECT_EQ(expect<config_item>(roll_back_config_value{edit(6), 5}).published, std::nullopt);
  EXPECT_THAT(versions_of({"key"}), ElementsAre(7, 6, 5, 4, 2, 1));
}

TEST_P(LiveConfig, ShowsItsHistoryInPages) {
  for (int value = 1; value <= 5; ++value)
    publish(std::to_string(value));
  EXPECT_THAT(versions_of({"key", {}, 2}), ElementsAre(5, 4));
  EXPECT_THAT(versions_of({"key", 4, 2}), ElementsAre(3, 2));
  EXPECT_THAT(versions_of({"key", 2, 2}), ElementsAre(1));
  EXPECT_THAT(versions_of({"key", 1, 2}), IsEmpty());
}

TEST_P(LiveConfig, LeavesTheRestAsItIsWhereOnlyAValueIsSet) {
  expect<config_item>(publish_config_value{edit(0), make_content()});
  expect<std::uint64_t>(set_config_value{"key", "2", noon + hours{1}});
  EXPECT_EQ(find()->published, (config_version{2, make_content("2"), {{}, noon + hours{1}, {}}}));
}

TEST_P(LiveConfig, HasLimits) {
  const auto longest = '"' + std::string(limits::config_value_bytes - 2, 'x') + '"';
  EXPECT_EQ(publish(longest).published->content->json, longest);
  const auto too_long = '"' + std::string(limits::config_value_bytes - 1, 'x') + '"';
  auto bad_percentage = plain("1");
  bad_percentage.targeting = config_targeting{.percentage = 10'001};
  auto bad_schema = plain("1");
  bad_schema.schema = std::string(limits::config_schema_bytes + 1, 'x');
  auto bad_description = plain("1");
  bad_description.description = std::string(limits::config_description_bytes + 1, 'x');
  auto bad_otherwise = plain("1");
  bad_otherwise.targeting = config_targeting{.otherwise = too_long};
  for (const config_content& each :
       {plain(too_long), bad_percentage, bad_schema, bad_description, bad_otherwise}) {
    const std::vector<write_request> requests{publish_config_value{edit({}), each},
                                              save_config_draft{edit({}), each}};
    for (const auto& outcome : writer->apply(requests))
      EXPECT_EQ(code_of(outcome), errc::internal);
  }
  EXPECT_EQ(find()->version(), 1U);
}

// ASVS 15.4.2: what is checked is still so when it is done.
TEST_P(LiveConfig, Asvs15_4_2_IsChangedByOneOfManyAtOnce) {
  constexpr int writers = 8;
  publish("0", 0);
  std::atomic<int> won = 0;
  std::atomic<int> conflicts = 0;
  std::vector<std::thread> threads;
  for (int number = 0; number < writers; ++number)
    threads.emplace_back([&, number] {
      const auto own = value_of(database.factory->open_writer());
      const write_request request{publish_config_value{edit(1, std::to_string(number)),
                                                       plain("1" + std::to_string(number))}};
      const auto outcome = std::move(own->apply({&request, 1}).at(0));
      if (outcome)
        ++won;
      else if (outcome.error().code == errc::config_conflict)
        ++conflicts;
    });
  for (std::thread& each : threads)
    each.join();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(conflicts, writers - 1);
  EXPECT_EQ(value_of(reader->config_version()), 2U);
}

} // namespace
} // namespace maque::db::test
