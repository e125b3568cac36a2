#include "actors/config.hpp"
#include "scripted_actor.hpp"

#include <gtest/gtest.h>

namespace maque {
namespace {

using namespace test;

using maybe_snapshot = std::optional<config_snapshot>;

config_snapshot make_snapshot(std::uint64_t version, std::string theme) {
  return {version, {{"limit", "3"}, {"theme", std::move(theme)}}};
}

class ConfigActor : public testing::Test {
protected:
  ConfigActor() {
    world.context().database = database.handle();
    world.run();
  }

  pending_reply<shared_config> find() {
    return world.ask<shared_config>(config, in_time(), find_config{});
  }

  /// Has the actor look, and answers it.
  void look(maybe_snapshot newer) {
    caf::anon_send(config, load_config{});
    last_look = database.serve<load_config>(std::move(newer));
    settle();
  }

  /// Returns when the actor has taken up what the database answered.
  void settle() {
    database.settle();
    world.settle(meter);
  }

  actor_world world;
  actor_meter& meter = world.add_meter();
  scripted_database database{world};
  config_actor config =
      world.spawn<config_actor, config_state>(0, meter, std::ref(world.context()));
  load_config last_look;
};

TEST_F(ConfigActor, AnswersAllWhoWaitWhenItEnds) {
  auto first = find();
  database.await<load_config>();
  auto second = find();
  settle();
  world.end(caf::actor_cast<caf::actor>(config));
  EXPECT_EQ(code_of(first), errc::internal);
  EXPECT_EQ(code_of(second), errc::internal);
}

TEST_F(ConfigActor, ReadsOnceForAllWhoWaitForTheFirstVersion) {
  std::vector<pending_reply<shared_config>> waiting;
  for (int count = 0; count < 10; ++count)
    waiting.push_back(find());
  const auto question = database.await<load_config>();
  EXPECT_EQ(question.request.known_version, 0U);
  database.answer(question, maybe_snapshot{make_snapshot(4, "\"blue\"")});
  for (auto& reply : waiting)
    EXPECT_EQ(value_of(reply)->version, 4U);
  EXPECT_EQ(database.count<load_config>(), 1U);
}

TEST_F(ConfigActor, PublishesAllValuesAndEachOfThem) {
  auto found = find();
  database.serve<load_config>(maybe_snapshot{make_snapshot(4, "\"blue\"")});
  const auto published = value_of(found);
  EXPECT_EQ(published->whole.json, R"({"version":4,"values":{"limit":3,"theme":"blue"}})");
  ASSERT_NE(published->find("theme"), nullptr);
  EXPECT_EQ(published->find("theme")->json, "\"blue\"");
  EXPECT_EQ(published->find("nothing"), nullptr);
}

TEST_F(ConfigActor, PublishesAnEmptyOneWhenNothingWasEverPublished) {
  auto found = find();
  database.serve<load_config>(maybe_snapshot{});
  EXPECT_EQ(value_of(found)->whole.json, R"({"version":0,"values":{}})");
}

TEST_F(ConfigActor, ServesANewerVersionWithAnotherEntityTag) {
  look(make_snapshot(4, "\"blue\""));
  auto before = find();
  const auto older = value_of(before);
  look(make_snapshot(5, "\"red\""));
  EXPECT_EQ(last_look.known_version, 4U);
  auto after = find();
  const auto newer = value_of(after);
  EXPECT_EQ(newer->version, 5U);
  EXPECT_NE(newer->whole.etag, older->whole.etag);
}

TEST_F(ConfigActor, KeepsWhatItHasWhenThereIsNothingNewOrNoDatabase) {
  look(make_snapshot(4, "\"blue\""));
  look(std::nullopt);
  auto unchanged = find();
  EXPECT_EQ(value_of(unchanged)->version, 4U);
  caf::anon_send(config, load_config{});
  database.fail(database.await<load_config>(), errc::database_unavailable);
  settle();
  auto kept = find();
  EXPECT_EQ(value_of(kept)->version, 4U);
}

TEST_F(ConfigActor, FailsWhenTheFirstVersionCannotBeReadAndTriesAgain) {
  auto refused = find();
  database.fail(database.await<load_config>(), errc::database_unavailable);
  EXPECT_EQ(code_of(refused), errc::database_unavailable);
  auto found = find();
  database.serve<load_config>(maybe_snapshot{make_snapshot(4, "\"blue\"")});
  EXPECT_EQ(value_of(found)->version, 4U);
}

} // namespace
} // namespace maque
