#include "actors/user.hpp"
#include "scripted_actor.hpp"

#include <gmock/gmock.h>

namespace maque {
namespace {

using namespace test;

constexpr user_id alice{7};
constexpr user_id bob{8};

user make_user(user_id id, std::string nickname, std::uint64_t revision = 1) {
  user made;
  made.id = id;
  made.nickname = std::move(nickname);
  made.revision = revision;
  return made;
}

change_profile rename_to(std::string nickname) {
  change_profile order{alice, {}};
  order.patch.nickname = std::move(nickname);
  return order;
}

/// One lane with a real user actor.
class UserActor : public testing::Test {
protected:
  UserActor() {
    world.context().database = database.handle();
    world.context().user_owners.assign(0, users);
    world.run();
  }

  pending_reply<user> find(user_id id) { return world.ask<user>(users, in_time(), find_user{id}); }

  /// When it replies, the actor has taken up all that was sent before.
  void announce(user current) {
    auto applied = world.ask<announcement_applied>(users, replace_cached_user{std::move(current)});
    value_of(applied);
  }

  actor_world world;
  scripted_database database{world};
  user_actor users = world.spawn<user_actor, user_state>(
      0, world.add_meter(), std::ref(world.context()),
      user_cache_policy{100, std::chrono::hours{1}, std::chrono::hours{1}}, std::uint64_t{1});
};

TEST_F(UserActor, AsksOnceHoweverManyWaitForTheSameUser) {
  std::vector<pending_reply<user>> waiting;
  for (int count = 0; count < 100; ++count)
    waiting.push_back(find(alice));
  announce(make_user(bob, "bob"));
  const auto question = database.await<find_user>();
  EXPECT_EQ(question.request.id, alice);
  EXPECT_EQ(database.count<find_user>(), 1U);

  database.answer(question, std::optional{make_user(alice, "alice")});
  for (auto& reply : waiting)
    EXPECT_EQ(value_of(reply).nickname, "alice");
  auto later = find(alice);
  EXPECT_EQ(value_of(later).nickname, "alice");
  EXPECT_EQ(database.count<find_user>(), 1U);
}

TEST_F(UserActor, RemembersThatAUserDoesNotExist) {
  auto first = find(alice);
  database.serve<find_user>(std::optional<user>{});
  EXPECT_EQ(code_of(first), errc::user_not_found);
  auto second = find(alice);
  EXPECT_EQ(code_of(second), errc::user_not_found);
  EXPECT_EQ(database.count<find_user>(), 1U);
}

TEST_F(UserActor, TellsAFailureToAllWhoWaitAndDoesNotRememberIt) {
  std::vector<pending_reply<user>> waiting;
  for (int count = 0; count < 3; ++count)
    waiting.push_back(find(alice));
  announce(make_user(bob, "bob"));
  database.fail(database.await<find_user>(), errc::database_unavailable);
  for (auto& reply : waiting)
    EXPECT_EQ(code_of(reply), errc::database_unavailable);

  auto later = find(alice);
  database.serve<find_user>(std::optional{make_user(alice, "alice")});
  EXPECT_EQ(value_of(later).nickname, "alice");
}

TEST_F(UserActor, PrefersWhatWasAnnouncedToAnOlderReadUnderWay) {
  auto waiting = find(alice);
  const auto question = database.await<find_user>();
  announce(make_user(alice, "newer", 2));
  database.answer(question, std::optional{make_user(alice, "older", 1)});
  EXPECT_EQ(value_of(waiting).nickname, "newer");
  auto later = find(alice);
  EXPECT_EQ(value_of(later).nickname, "newer");
}

TEST_F(UserActor, ListsStraightFromTheDatabase) {
  auto page = world.ask<profile_page>(users, in_time(), user_page_query{bob, 5});
  profile_pages_builder made;
  made.add({{9}, "carol", ""});
  made.end_page();
  const auto query = database.serve<user_page_query>(std::move(made).finish().front());
  EXPECT_EQ(query.after, bob);
  EXPECT_EQ(query.limit, 5U);
  EXPECT_THAT(value_of(page).rows(), testing::ElementsAre(public_profile{{9}, "carol", ""}));
}

TEST_F(UserActor, ServesItsOwnChangeAtOnce) {
  auto changed = world.ask<user>(users, in_time(), rename_to("alicia"));
  const auto write = database.serve<update_profile>(make_user(alice, "alicia", 2));
  EXPECT_EQ(write.id, alice);
  EXPECT_EQ(write.patch.nickname, "alicia");
  EXPECT_EQ(value_of(changed).nickname, "alicia");
  auto found = find(alice);
  EXPECT_EQ(value_of(found).nickname, "alicia");
  EXPECT_EQ(database.count<find_user>(), 0U);
}

TEST_F(UserActor, AnswersAllWhoWaitWhenItEnds) {
  std::vector<pending_reply<user>> waiting;
  waiting.push_back(find(alice));
  waiting.push_back(find(alice));
  waiting.push_back(find(bob));
  waiting.push_back(world.ask<user>(users, in_time(), rename_to("alicia")));
  database.await<update_profile>();
  world.end(caf::actor_cast<caf::actor>(users));
  for (auto& reply : waiting)
    EXPECT_EQ(code_of(reply), errc::internal);
}

TEST_F(UserActor, AnnouncesNothingWhenAChangeFails) {
  auto changed = world.ask<user>(users, in_time(), rename_to("alicia"));
  database.fail(database.await<update_profile>(), errc::database_unavailable);
  EXPECT_EQ(code_of(changed), errc::database_unavailable);
  auto found = find(alice);
  database.serve<find_user>(std::optional{make_user(alice, "alice")});
  EXPECT_EQ(value_of(found).nickname, "alice");
}

/// Which of two lanes owns alice.
std::size_t owner_of_alice() {
  ring<int> lanes;
  lanes.assign(0, 0);
  lanes.assign(1, 0);
  return lanes.owner(alice.value).id;
}

void fill_ring(lane_context& context, const user_actor& owner, const user_actor& other) {
  context.user_owners.assign(owner_of_alice(), owner);
  context.user_owners.assign(1 - owner_of_alice(), other);
}

TEST(UserActors, AnswerAChangeWhenEveryLaneHasIt) {
  actor_world world{2};
  scripted_database database{world};
  scripted_user elsewhere{world};
  const auto owning = owner_of_alice();
  const auto owner = world.spawn<user_actor, user_state>(owning, world.add_meter(),
                                                         std::ref(world.context(owning)),
                                                         user_cache_policy{}, std::uint64_t{1});
  world.context(owning).database = database.handle();
  fill_ring(world.context(owning), owner, elsewhere.handle());
  world.run();

  auto changed = world.ask<user>(owner, in_time(), rename_to("alicia"));
  database.serve<update_profile>(make_user(alice, "alicia", 2));
  const auto announced = elsewhere.await<replace_cached_user>();
  EXPECT_EQ(announced.request.current.nickname, "alicia");
  // The owner has it already, and by now would have answered if it didn't wait.
  auto found = world.ask<user>(owner, in_time(), find_user{alice});
  EXPECT_EQ(value_of(found).nickname, "alicia");
  EXPECT_FALSE(has_come(changed));
  elsewhere.answer(announced, announcement_applied{1});
  EXPECT_EQ(value_of(changed).nickname, "alicia");
}

TEST(UserActors, AnswerAChangeThatIsBeingAnnouncedWhenTheyEnd) {
  actor_world world{2};
  scripted_database database{world};
  scripted_user elsewhere{world};
  const auto owning = owner_of_alice();
  const auto owner = world.spawn<user_actor, user_state>(owning, world.add_meter(),
                                                         std::ref(world.context(owning)),
                                                         user_cache_policy{}, std::uint64_t{1});
  world.context(owning).database = database.handle();
  fill_ring(world.context(owning), owner, elsewhere.handle());
  world.run();
  auto changed = world.ask<user>(owner, in_time(), rename_to("alicia"));
  database.serve<update_profile>(make_user(alice, "alicia", 2));
  elsewhere.await<replace_cached_user>();
  world.end(caf::actor_cast<caf::actor>(owner));
  EXPECT_EQ(code_of(changed), errc::internal);
}

TEST(UserActors, HandAChangeToTheOwnerThatTheRingNames) {
  actor_world world{2};
  scripted_database database{world};
  scripted_user elsewhere{world};
  const auto asking = 1 - owner_of_alice();
  const auto here = world.spawn<user_actor, user_state>(asking, world.add_meter(),
                                                        std::ref(world.context(asking)),
                                                        user_cache_policy{}, std::uint64_t{1});
  world.context(asking).database = database.handle();
  fill_ring(world.context(asking), elsewhere.handle(), here);
  world.run();

  auto changed = world.ask<user>(here, in_time(), rename_to("alicia"));
  EXPECT_EQ(elsewhere.serve<change_profile>(make_user(alice, "alicia", 2)).id, alice);
  EXPECT_EQ(value_of(changed).nickname, "alicia");
  EXPECT_EQ(database.count<update_profile>(), 0U);
}

TEST(UserActors, AnswerAChangeThoughAnotherLanesActorHasDied) {
  actor_world world{2};
  scripted_database database{world};
  const auto owning = owner_of_alice();
  const auto owner = world.spawn<user_actor, user_state>(owning, world.add_meter(),
                                                         std::ref(world.context(owning)),
                                                         user_cache_policy{}, std::uint64_t{1});
  world.context(owning).database = database.handle();
  {
    scripted_user died{world};
    fill_ring(world.context(owning), owner, died.handle());
  }
  world.run();
  auto changed = world.ask<user>(owner, in_time(), rename_to("alicia"));
  database.serve<update_profile>(make_user(alice, "alicia", 2));
  EXPECT_EQ(value_of(changed).nickname, "alicia");
}

} // namespace
} // namespace maque
