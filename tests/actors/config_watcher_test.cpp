#include "actors/config_watcher.hpp"
#include "scripted_actor.hpp"

#include <gtest/gtest.h>

#include <mutex>

namespace maque {
namespace {

using namespace test;

using maybe_snapshot = std::optional<config_snapshot>;

config_snapshot make_snapshot(std::uint64_t version) {
  return {version, {{"limit", std::to_string(version)}}};
}

/// A watcher, and lanes that the test plays.
class ConfigWatcher : public testing::Test {
protected:
  ConfigWatcher() {
    world.context().database = database.handle();
    world.run();
  }

  pending_reply<config_in_force> put_in_force() {
    return world.ask<config_in_force>(watcher, in_time(), put_config_in_force{});
  }

  void tick() {
    caf::anon_send(watcher, look_for_config{});
    world.settle(meter);
  }

  /// Returns when the watcher has taken up what the database answered.
  void settle() {
    database.settle();
    world.settle(meter);
  }

  void take_over() {
    const std::lock_guard lock{mutex};
    applied.clear();
  }

  std::vector<std::uint64_t> announced() {
    const std::lock_guard lock{mutex};
    return versions;
  }

  actor_world world;
  actor_meter& meter = world.add_meter();
  scripted_database database{world};
  std::mutex mutex;
  std::vector<std::uint64_t> versions;
  std::vector<std::shared_ptr<void>> applied;
  config_watcher_state::announcement announce{
      [this](const shared_config& newer, std::shared_ptr<void> taken) {
        const std::lock_guard lock{mutex};
        versions.push_back(newer->version);
        applied.push_back(std::move(taken));
      }};
  config_watcher_actor watcher = world.spawn<config_watcher_actor, config_watcher_state>(
      0, meter, std::ref(world.context()), announce);
};

TEST_F(ConfigWatcher, GivesEachNewVersionToAllLanesOnce) {
  tick();
  EXPECT_EQ(database.serve<load_config>(maybe_snapshot{make_snapshot(4)}).known_version, 0U);
  settle();
  tick();
  EXPECT_EQ(database.serve<load_config>(maybe_snapshot{}).known_version, 4U);
  settle();
  tick();
  database.serve<load_config>(maybe_snapshot{make_snapshot(5)});
  settle();
  EXPECT_EQ(announced(), (std::vector<std::uint64_t>{4, 5}));
}

TEST_F(ConfigWatcher, TakesNoOlderVersionThanItKnows) {
  for (const std::uint64_t version : {7U, 6U, 7U, 8U}) {
    tick();
    database.serve<load_config>(maybe_snapshot{make_snapshot(version)});
    settle();
  }
  EXPECT_EQ(announced(), (std::vector<std::uint64_t>{7, 8}));
}

TEST_F(ConfigWatcher, BeginsWithAnEmptyOneWhenNothingWasEverPublished) {
  auto asked = put_in_force();
  database.serve<load_config>(maybe_snapshot{});
  settle();
  take_over();
  EXPECT_EQ(value_of(asked).version, 0U);
  EXPECT_EQ(announced(), std::vector<std::uint64_t>{0});
}

TEST_F(ConfigWatcher, LooksAgainOnlyWhenTheLastLookHasEnded) {
  tick();
  const auto question = database.await<load_config>();
  tick();
  tick();
  database.answer(question, maybe_snapshot{});
  settle();
  EXPECT_EQ(database.count<load_config>(), 1U);
}

TEST_F(ConfigWatcher, RepliesWhenTheLastLaneHasTakenItOver) {
  auto asked = put_in_force();
  database.serve<load_config>(maybe_snapshot{make_snapshot(4)});
  settle();
  EXPECT_FALSE(has_come(asked));
  take_over();
  EXPECT_EQ(value_of(asked).version, 4U);
  // What is in force already needs no more than a look.
  auto again = put_in_force();
  database.serve<load_config>(maybe_snapshot{});
  EXPECT_EQ(value_of(again).version, 4U);
}

TEST_F(ConfigWatcher, DoesNotTakeALookThatBeganBeforeThePublicationForAnAnswer) {
  tick();
  const auto early = database.await<load_config>();
  auto asked = put_in_force();
  world.settle(meter);
  database.answer(early, maybe_snapshot{make_snapshot(4)});
  settle();
  take_over();
  EXPECT_FALSE(has_come(asked));
  database.serve<load_config>(maybe_snapshot{make_snapshot(5)});
  settle();
  take_over();
  EXPECT_EQ(value_of(asked).version, 5U);
}

/// With pauses that no test outlasts.
class PatientConfigWatcher : public ConfigWatcher {
protected:
  PatientConfigWatcher() {
    watcher = world.spawn<config_watcher_actor, config_watcher_state>(
        0, meter, std::ref(world.context()), announce,
        backoff::policy{std::chrono::hours{2}, std::chrono::hours{2}});
  }
};

TEST_F(PatientConfigWatcher, BacksOffWhileTheDatabaseFailsAndStillAnswersWhoAsks) {
  tick();
  database.fail(database.await<load_config>(), errc::database_unavailable);
  settle();
  tick();
  EXPECT_EQ(database.count<load_config>(), 1U);
  auto asked = put_in_force();
  database.fail(database.await<load_config>(), errc::database_unavailable);
  EXPECT_EQ(code_of(asked), errc::database_unavailable);
  auto later = put_in_force();
  database.serve<load_config>(maybe_snapshot{make_snapshot(4)});
  settle();
  take_over();
  EXPECT_EQ(value_of(later).version, 4U);
}

TEST_F(ConfigWatcher, LooksByItselfAgainAfterAFailure) {
  tick();
  database.fail(database.await<load_config>(), errc::database_unavailable);
  settle();
  EXPECT_TRUE(eventually([this] {
    tick();
    return database.count<load_config>() == 2;
  }));
}

TEST_F(ConfigWatcher, AnswersAllWhoWaitWhenItEnds) {
  auto first = put_in_force();
  database.await<load_config>();
  auto second = put_in_force();
  settle();
  world.end(caf::actor_cast<caf::actor>(watcher));
  EXPECT_EQ(code_of(first), errc::internal);
  EXPECT_EQ(code_of(second), errc::internal);
}

} // namespace
} // namespace maque
