#include "actors/password_hasher.hpp"
#include "scripted_actor.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

namespace maque {
namespace {

using namespace test;
using namespace std::chrono_literals;

using scripted_worker = scripted<password_hasher_actor, on_request<password_hashed, hash_password>,
                                 on_request<password_verified, verify_password>>;

/// Slow on paper: until it is measured, a hash is expected to take 2.56 s.
constexpr security::password_parameters slow{256, 10};

/// Hashes of others that need 64 and 128 MiB.
constexpr const char* of_64_mib =
    "$argon2id$v=19$m=65536,t=2,p=4$c29tZXNhbHQ$SUphafZK71NN1eUOgLaSt7CagLKKXyGfDpBWTWu/IZs";
constexpr const char* of_128_mib =
    "$argon2id$v=19$m=131072,t=2,p=4$c29tZXNhbHQ$SUphafZK71NN1eUOgLaSt7CagLKKXyGfDpBWTWu/IZs";

request_context within(std::chrono::milliseconds time) {
  return {trace_id{}, std::chrono::steady_clock::now() + time};
}

/// A hasher in front of scripted workers.
class PasswordHasher : public testing::Test {
protected:
  // Before its workers, which it would replace.
  ~PasswordHasher() override { end(); }

  void start(const hasher_policy& policy) {
    hasher = spawn_coordinator<hashing_pool_actor, password_hasher_state>(
        world.system, meter, policy,
        password_hasher_state::worker_starter{
            [this](std::uint32_t place) { return workers.at(place)->handle(); }});
  }
  void end() {
    if (hasher) world.end(caf::actor_cast<caf::actor>(std::exchange(hasher, {})));
  }

  pending_reply<password_hashed> hash(std::string text, request_context context = in_time()) {
    return world.ask<password_hashed>(hasher, context, hash_password{secret{std::move(text)}});
  }
  pending_reply<password_verified> verify(std::string stored) {
    return world.ask<password_verified>(hasher, in_time(),
                                        verify_password{secret{"text"}, std::move(stored)});
  }
  std::size_t count() {
    world.settle(meter);
    std::size_t all = 0;
    for (const auto& each : workers)
      all += each->count<hash_password>() + each->count<verify_password>();
    return all;
  }

  actor_world world;
  actor_meter& meter = world.add_meter();
  scripted_worker worker{world};
  scripted_worker other{world};
  std::vector<scripted_worker*> workers{&worker, &other};
  hashing_pool_actor hasher;
};

TEST_F(PasswordHasher, GivesAWorkerOnePasswordAtATimeInOrder) {
  start({.workers = 1});
  std::vector<pending_reply<password_hashed>> asked;
  for (const char* const text : {"a", "b", "c"})
    asked.push_back(hash(text));
  EXPECT_EQ(count(), 1U);
  for (const std::string text : {"a", "b", "c"})
    EXPECT_EQ(worker.serve<hash_password>(password_hashed{"hash of " + text}).text.reveal(), text);
  EXPECT_EQ(value_of(asked[0]).phc, "hash of a");
  EXPECT_EQ(value_of(asked[1]).phc, "hash of b");
  EXPECT_EQ(value_of(asked[2]).phc, "hash of c");
}

TEST_F(PasswordHasher, UsesAllWorkersAtATimeButNotMore) {
  start({.workers = 2});
  std::vector<pending_reply<password_hashed>> asked;
  for (int i = 0; i < 5; ++i)
    asked.push_back(hash("text"));
  EXPECT_EQ(count(), 2U);
  worker.serve<hash_password>(password_hashed{});
  EXPECT_EQ(value_of(asked.front()).phc, "");
  EXPECT_EQ(count(), 3U);
}

TEST_F(PasswordHasher, Asvs6_3_8_TreatsEveryVerificationAlike) {
  start({.workers = 1});
  for (const char* const stored :
       {"", "not a hash", "$argon2id$v=19$m=1024,t=3,p=1$c29tZXNhbHQ$Qs0c"}) {
    for (const bool matches : {false, true}) {
      auto asked = verify(stored);
      EXPECT_EQ(worker.serve<verify_password>(password_verified{matches, "new"}).stored, stored);
      const auto answer = value_of(asked);
      EXPECT_EQ(answer.matches, matches);
      EXPECT_EQ(answer.upgraded, "new");
    }
  }
  EXPECT_EQ(count(), 6U);
}

TEST_F(PasswordHasher, UsesAWorkerAgainAfterAFailure) {
  start({.workers = 1});
  auto failed = hash("a");
  worker.fail(worker.await<hash_password>(), errc::overloaded);
  EXPECT_EQ(code_of(failed), errc::overloaded);
  auto hashed = hash("b");
  worker.serve<hash_password>(password_hashed{"hash"});
  EXPECT_EQ(value_of(hashed).phc, "hash");
}

TEST_F(PasswordHasher, NeverHashesWhatHasWaitedTooLong) {
  start({.workers = 1});
  auto first = hash("first");
  const auto under_way = worker.await<hash_password>();
  // More than it is expected to take, so that it is let in.
  const auto soon = within(300ms);
  auto late = hash("late", soon);
  auto timely = hash("timely");
  world.settle(meter);
  await([soon] { return std::chrono::steady_clock::now() > soon.deadline; }, "time stands still");
  worker.answer(under_way, password_hashed{});
  EXPECT_EQ(code_of(late), errc::deadline_exceeded);
  EXPECT_EQ(worker.serve<hash_password>(password_hashed{}).text.reveal(), "timely");
  EXPECT_EQ(value_of(timely).phc, "");
}

TEST_F(PasswordHasher, RefusesWhatComesTooLate) {
  start({.workers = 1});
  auto late = hash("late", overdue());
  EXPECT_EQ(code_of(late), errc::deadline_exceeded);
  EXPECT_EQ(count(), 0U);
}

TEST_F(PasswordHasher, RefusesAtOnceWhatItHasNoRoomFor_ASVS_15_4_4) {
  start({.workers = 1, .queue = 50});
  std::vector<pending_reply<password_hashed>> waiting;
  for (std::size_t i = 0; i < 51; ++i)
    waiting.push_back(hash("waiting"));
  auto refused = hash("one too many");
  const auto outcome = outcome_of(refused);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, errc::overloaded);
  // 50 of 46 ms
  EXPECT_EQ(outcome.error().retry_after, 3s);

  worker.serve<hash_password>(password_hashed{});
  EXPECT_EQ(value_of(waiting.front()).phc, "");
  auto welcome = hash("in the room that is free");
  EXPECT_EQ(count(), 2U);
}

TEST_F(PasswordHasher, RefusesAtOnceWhatWouldNotBeDoneInTime) {
  start({.workers = 1, .parameters = slow});
  auto first = hash("taken by a free worker, however little time there is", within(2s));
  auto refused = hash("would take 5.12 s", within(5s));
  const auto outcome = outcome_of(refused);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, errc::overloaded);
  EXPECT_EQ(outcome.error().retry_after, 1s);
  EXPECT_EQ(count(), 1U);
}

TEST_F(PasswordHasher, CountsOnAllItsWorkers) {
  start({.workers = 2, .parameters = slow});
  auto first = hash("first");
  auto second = hash("second");
  auto third = hash("has to wait for one of two", within(6s));
  auto fourth = hash("together with the third", within(6s));
  auto refused = hash("has to wait for two rounds", within(6s));
  EXPECT_EQ(code_of(refused), errc::overloaded);
  EXPECT_FALSE(has_come(third));
  EXPECT_FALSE(has_come(fourth));
}

TEST_F(PasswordHasher, LearnsHowLongAHashTakes) {
  start({.workers = 1, .parameters = slow});
  for (int i = 0; i < 24; ++i) {
    auto quick = hash("quick");
    worker.serve<hash_password>(password_hashed{});
    EXPECT_EQ(value_of(quick).phc, "");
  }
  auto first = hash("under way");
  auto second = hash("was refused before", within(5s));
  world.settle(meter);
  EXPECT_FALSE(has_come(second));
  worker.serve<hash_password>(password_hashed{});
  worker.serve<hash_password>(password_hashed{"hash"});
  EXPECT_EQ(value_of(second).phc, "hash");
}

TEST_F(PasswordHasher, StaysWithinItsMemory) {
  start({.workers = 2});
  auto first = hash("46 MiB");
  const auto first_under_way = worker.await<hash_password>();
  auto large = verify(of_64_mib);
  EXPECT_EQ(count(), 1U) << "46 + 64 > 92";
  worker.answer(first_under_way, password_hashed{});
  const auto large_under_way = worker.await<verify_password>();
  auto third = hash("46 MiB");
  EXPECT_EQ(count(), 2U) << "64 + 46 > 92";
  worker.answer(large_under_way, password_verified{});
  worker.serve<hash_password>(password_hashed{});
  EXPECT_EQ(value_of(third).phc, "");
}

TEST_F(PasswordHasher, RunsAloneWhatNeedsMoreThanItsMemory) {
  start({.workers = 2});
  auto larger = verify(of_128_mib);
  const auto under_way = worker.await<verify_password>();
  auto next = hash("46 MiB");
  auto last = hash("46 MiB");
  EXPECT_EQ(count(), 1U);
  worker.answer(under_way, password_verified{});
  EXPECT_FALSE(value_of(larger).matches);
  EXPECT_EQ(count(), 3U);
}

TEST_F(PasswordHasher, AnswersEverythingWhenItEnds) {
  start({.workers = 1});
  auto under_way = hash("under way");
  const auto taken = worker.await<hash_password>();
  auto waiting = verify("");
  world.settle(meter);
  end();
  EXPECT_EQ(code_of(under_way), errc::shutting_down);
  EXPECT_EQ(code_of(waiting), errc::shutting_down);
}

/// Dies of the password "throw".
class mortal_worker_state {
public:
  static constexpr const char* name = "mortal_worker";

  explicit mortal_worker_state(actor_of<password_hasher_actor>) {}

  password_hasher_actor::behavior_type make_behavior() {
    return {
        [](const request_context&, const hash_password& order) -> caf::result<password_hashed> {
          if (order.text.reveal() == "throw") throw std::logic_error{"a bug"};
          return password_hashed{order.text.reveal()};
        },
        [](const request_context&, const verify_password&) -> caf::result<password_verified> {
          return password_verified{};
        },
    };
  }
};

class PasswordHasherWithMortalWorkers : public testing::Test {
protected:
  ~PasswordHasherWithMortalWorkers() override { world.end(caf::actor_cast<caf::actor>(hasher)); }

  void start(std::chrono::milliseconds restart_pause) {
    const auto start_worker = [this](std::uint32_t) {
      ++started;
      return spawn_detached<password_hasher_actor, mortal_worker_state>(world.system,
                                                                        world.add_meter());
    };
    hasher = spawn_coordinator<hashing_pool_actor, password_hasher_state>(
        world.system, meter, hasher_policy{.workers = 1, .restart_pause = restart_pause},
        password_hasher_state::worker_starter{start_worker});
  }
  pending_reply<password_hashed> hash(std::string text) {
    return world.ask<password_hashed>(hasher, in_time(), hash_password{secret{std::move(text)}});
  }

  actor_world world;
  actor_meter& meter = world.add_meter();
  std::atomic<int> started = 0;
  hashing_pool_actor hasher;
};

TEST_F(PasswordHasherWithMortalWorkers, ReplacesAWorkerThatDiedAndAnswersItsRequest) {
  start(1ms);
  for (int i = 1; i <= 3; ++i) {
    auto lost = hash("throw");
    auto waiting = hash("good");
    EXPECT_EQ(code_of(lost), errc::internal);
    EXPECT_EQ(value_of(waiting).phc, "good");
    EXPECT_EQ(started, i + 1);
  }
}

TEST_F(PasswordHasherWithMortalWorkers, WaitsBeforeItReplacesAWorker) {
  start(1h);
  auto lost = hash("throw");
  EXPECT_EQ(code_of(lost), errc::internal);
  auto waiting = hash("good");
  world.settle(meter);
  EXPECT_FALSE(has_come(waiting));
  EXPECT_EQ(started, 1);
}

} // namespace
} // namespace maque
