#include "actor_world.hpp"
#include "actors/key_keeper.hpp"
#include "security/random.hpp"

#include <gmock/gmock.h>

#include <filesystem>

namespace maque {
namespace {

using namespace test;
using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr security::token_lifetimes lifetimes{15min, 24h};

/// A key keeper that looks a hundred times a second; what it announces goes to the lane.
class KeyKeeper : public testing::Test {
protected:
  KeyKeeper() {
    security::initialize();
    known = std::make_shared<const security::key_ring>(
        security::load_or_create_key_ring(file, security::key_algorithm::hs256, lifetimes).value());
    world.context().keys = known;
    world.run();
  }

  void start() {
    const auto announce = [this](const security::shared_key_ring& keys) {
      boost::asio::post(world.home().io(), [this, keys] { world.context().keys = keys; });
    };
    keeper = world.keep(spawn_detached<key_keeper_actor, key_keeper_state>(
        world.system, world.add_meter(), std::ref(world.log), key_source{file, lifetimes, 10ms},
        std::ref(known), key_keeper_state::announcement{announce}));
  }

  security::timed_key rotate() {
    return security::rotate_keys(file, {{}, world.clock.now(), 10s, lifetimes}).value();
  }

  std::size_t keys_in_the_lane() {
    std::size_t count = 0;
    world.on_lane(0, [&count](lane_context& here) { count = here.keys->keys().size(); });
    return count;
  }

  void await_keys(std::size_t count) {
    await([&] { return keys_in_the_lane() == count; }, "the lane has not got the keys");
  }

  temporary_folder folder;
  std::filesystem::path file = folder.path() / "signing.key";
  security::shared_key_ring known;
  actor_world world;
  key_keeper_actor keeper;
};

TEST_F(KeyKeeper, TellsTheLanesOfANewKeyAndLogsItsName) {
  start();
  const auto made = rotate();
  await_keys(2);
  EXPECT_THAT(world.logged(), HasSubstr("key_rotated"));
  EXPECT_THAT(world.logged(), HasSubstr(made.key.kid));
}

TEST_F(KeyKeeper, KeepsTheKnownKeysWhenTheFileCannotBeRead) {
  start();
  rotate();
  await_keys(2);
  std::filesystem::permissions(file, std::filesystem::perms::all);
  await([&] { return world.logged().find("key_file_unreadable") != std::string::npos; },
        "nobody complains");
  EXPECT_EQ(keys_in_the_lane(), 2U);

  std::filesystem::permissions(file, std::filesystem::perms::owner_read);
  rotate();
  await_keys(3);
  const std::string logged = world.logged();
  EXPECT_EQ(logged.find("key_file_unreadable"), logged.rfind("key_file_unreadable"));
}

TEST_F(KeyKeeper, KnowsAfterARestartWhatItHasTold) {
  start();
  const auto made = rotate();
  await_keys(2);
  world.end(caf::actor_cast<caf::actor>(keeper));
  start();
  rotate();
  await_keys(3);
  const std::string logged = world.logged();
  EXPECT_EQ(logged.find(made.key.kid), logged.rfind(made.key.kid));
}

TEST_F(KeyKeeper, LogsTheKeysThatAreGone) {
  const std::string gone = known->keys().front().key.kid;
  start();
  std::filesystem::remove(file);
  security::load_or_create_key_ring(file, security::key_algorithm::eddsa, lifetimes).value();
  await([&] { return world.logged().find("key_dropped") != std::string::npos; }, "not dropped");
  EXPECT_THAT(world.logged(), HasSubstr(gone));
  EXPECT_EQ(keys_in_the_lane(), 1U);
}

TEST_F(KeyKeeper, Asvs16_2_5_LogsNoSecret) {
  start();
  const auto made = rotate();
  await_keys(2);
  EXPECT_EQ(world.logged().find(made.key.access_key.reveal()), std::string::npos);
  std::ifstream in{file};
  for (std::string word; in >> word;) {
    EXPECT_TRUE(word.size() != 43 || world.logged().find(word) == std::string::npos);
  }
}

} // namespace
} // namespace maque
