#include "actor_world.hpp"
#include "actors/supervisor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <mutex>

namespace maque {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;

struct compute {
  int value = 0;
};

struct computed {
  int value = 0;
};

} // namespace
} // namespace maque

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::compute)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::computed)

namespace maque {
namespace {

/// Answers with the value, and throws if it is negative.
using calculating_actor = caf::typed_actor<caf::replies_to<compute>::with<computed>>;

/// What happened to the children, in order. Thread-safe.
class journal {
public:
  void add(std::string entry) {
    const std::lock_guard lock{mutex_};
    entries_.push_back(std::move(entry));
  }
  std::vector<std::string> entries() const {
    const std::lock_guard lock{mutex_};
    return entries_;
  }
  std::ptrdiff_t count(const std::string& entry) const {
    return std::ranges::count(entries(), entry);
  }

private:
  mutable std::mutex mutex_;
  std::vector<std::string> entries_;
};

class calculating_state {
public:
  static constexpr const char* name = "calculating";

  calculating_state(actor_of<calculating_actor>, journal& written, std::string child)
      : written_{written}, child_{std::move(child)} {
    written_.add("start " + child_);
  }
  ~calculating_state() { written_.add("end " + child_); }
  calculating_state(const calculating_state&) = delete;
  calculating_state& operator=(const calculating_state&) = delete;

  calculating_actor::behavior_type make_behavior() {
    return {[](const compute& order) -> caf::result<computed> {
      if (order.value < 0) throw std::domain_error{"negative"};
      return computed{order.value};
    }};
  }

private:
  journal& written_;
  std::string child_;
};

class Supervisor : public testing::Test {
protected:
  supervisor_actor supervise(restart_limit limit) {
    return world.keep(spawn_coordinator<supervisor_actor, supervisor_state>(
        world.system, world.add_meter(), std::ref(world.log), limit,
        std::function<void()>{[this] { ++given_up; }}));
  }

  /// Starts a child under the supervisor.
  void start(const supervisor_actor& supervisor, const std::string& name) {
    actor_meter& meter = world.add_meter();
    meters.emplace(name, &meter);
    auto started = world.ask<child_started>(
        supervisor, start_child{name, [this, name, &meter] { return spawn(name, meter); }, &meter});
    value_of(started);
  }

  caf::actor spawn(const std::string& name, actor_meter& meter) {
    auto child = spawn_coordinator<calculating_actor, calculating_state>(world.system, meter,
                                                                         std::ref(written), name);
    const std::lock_guard lock{mutex};
    handles[name] = child;
    return caf::actor_cast<caf::actor>(child);
  }

  /// The newest incarnation.
  calculating_actor handle_of(const std::string& name) {
    const std::lock_guard lock{mutex};
    return handles.at(name);
  }

  pending_reply<computed> ask(const std::string& name, int value) {
    return world.ask<computed>(handle_of(name), compute{value});
  }

  /// Has the child throw, and waits until it is gone.
  void break_child(const std::string& name) {
    const auto before = written.count("end " + name);
    auto lost = ask(name, -1);
    EXPECT_EQ(code_of(lost), errc::internal);
    await([&] { return written.count("end " + name) > before; }, "the child did not end");
  }

  /// The same, and waits for the next incarnation.
  void break_and_await_restart(const std::string& name) {
    const auto before = handle_of(name);
    break_child(name);
    await([&] { return handle_of(name) != before; }, "the child was not started again");
  }

  void stop(const supervisor_actor& supervisor) {
    auto stopped = world.ask<children_stopped>(supervisor, stop_children{});
    value_of(stopped);
  }

  journal written;
  std::mutex mutex;
  std::map<std::string, calculating_actor> handles;
  std::map<std::string, actor_meter*> meters;
  std::atomic<int> given_up = 0;
  actor_world world;
};

constexpr restart_limit generous{10, std::chrono::hours{1}};

TEST_F(Supervisor, TellsTheMeterWhatAnActorDiedOfAndThatItLivesAgain) {
  const auto supervisor = supervise(generous);
  start(supervisor, "a");
  const actor_meter& meter = *meters.at("a");
  EXPECT_EQ(meter.read().alive, 1U);
  EXPECT_FALSE(meter.read().last_failure);

  break_and_await_restart("a");
  await([&] { return meter.read().alive == 1; }, "the new one does not count as alive");
  ASSERT_TRUE(meter.read().last_failure);
  EXPECT_THAT(meter.read().last_failure->text, HasSubstr("negative"));

  const auto kinds = meter.read_messages();
  EXPECT_TRUE(std::ranges::any_of(kinds, [](const auto& each) { return each.kind == "compute"; }));
  stop(supervisor);
  EXPECT_EQ(meter.read().alive, 0U);
}

TEST_F(Supervisor, StartsAgainWhatThrew) {
  const auto supervisor = supervise(generous);
  start(supervisor, "a");
  break_and_await_restart("a");
  auto answered = ask("a", 3);
  EXPECT_EQ(value_of(answered).value, 3);
  EXPECT_EQ(meters.at("a")->read().restarts, 1U);
  EXPECT_EQ(given_up, 0);
  EXPECT_THAT(world.logged(),
              HasSubstr("\"message\":\"actor ended, starting it again\",\"actor\":\"a\""));
  stop(supervisor);
}

TEST_F(Supervisor, GivesUpOnceWhenRestartsDoNotHelp) {
  const auto supervisor = supervise({2, std::chrono::hours{1}});
  start(supervisor, "a");
  start(supervisor, "b");
  break_and_await_restart("a");
  break_and_await_restart("b");
  EXPECT_EQ(given_up, 0);
  break_child("a");
  await([&] { return given_up == 1; }, "the supervisor did not give up");
  break_child("b");
  stop(supervisor);
  EXPECT_EQ(given_up, 1);
  EXPECT_EQ(written.count("start a"), 2);
  EXPECT_EQ(written.count("start b"), 2);
  EXPECT_THAT(world.logged(), HasSubstr("\"level\":\"critical\""));
}

TEST_F(Supervisor, ForgetsRestartsThatAreLongAgo) {
  constexpr std::chrono::milliseconds window{20};
  const auto supervisor = supervise({1, window});
  start(supervisor, "a");
  for (int round = 0; round < 5; ++round) {
    break_and_await_restart("a");
    const auto next = std::chrono::steady_clock::now() + window;
    await([&] { return std::chrono::steady_clock::now() > next; }, "time stands still");
  }
  EXPECT_EQ(given_up, 0);
  stop(supervisor);
}

TEST_F(Supervisor, EndsItsChildrenOneAfterAnotherTheLastFirst) {
  const auto supervisor = supervise(generous);
  for (const char* const name : {"a", "b", "c"})
    start(supervisor, name);
  stop(supervisor);
  EXPECT_THAT(written.entries(),
              ElementsAre("start a", "start b", "start c", "end c", "end b", "end a"));
  EXPECT_EQ(given_up, 0);
}

TEST_F(Supervisor, HasNothingToStopWithoutChildren) {
  stop(supervise(generous));
}

TEST_F(Supervisor, MayBeToldTwiceToStop) {
  const auto supervisor = supervise(generous);
  start(supervisor, "a");
  stop(supervisor);
  stop(supervisor);
  EXPECT_EQ(written.count("end a"), 1);
}

TEST_F(Supervisor, DoesNotCountWhatIsSentToAChildThatHasEnded) {
  const auto supervisor = supervise(generous);
  start(supervisor, "a");
  const auto ended = handle_of("a");
  break_and_await_restart("a");
  auto bounced = world.ask<computed>(ended, compute{1});
  EXPECT_EQ(code_of(bounced), errc::internal);
  EXPECT_EQ(meters.at("a")->read().mailbox_now, 0U);
  stop(supervisor);
}

TEST_F(Supervisor, ChildrenThatThrowAnswerWhoeverAskedAndCountIt) {
  const auto supervisor = supervise(generous);
  start(supervisor, "a");
  auto lost = ask("a", -1);
  const auto outcome = outcome_of(lost);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, errc::internal);
  EXPECT_THAT(outcome.error().cause, HasSubstr("threw"));
  EXPECT_EQ(meters.at("a")->read().failed, 1U);
  await([&] { return written.count("start a") == 2; }, "the child was not started again");
  stop(supervisor);
}

} // namespace
} // namespace maque
