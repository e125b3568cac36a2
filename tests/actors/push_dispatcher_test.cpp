#include "actors/push_dispatcher.hpp"
#include "domain/limits.hpp"
#include "scripted_actor.hpp"
#include "support/pushes.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

namespace maque {
namespace {

using namespace test;
using testing::HasSubstr;

using scripted_handler = scripted<push_handler_actor, on_request<push_handled, shared_push>>;

class PushDispatcher : public testing::Test {
protected:
  pending_reply<push_accepted> push(push_message pushed, request_context context = in_time()) {
    return world.ask<push_accepted>(dispatcher, context, push_arrived{share(std::move(pushed))});
  }
  /// Whether it is one that the dispatcher had accepted before.
  bool is_known(push_message pushed) {
    auto answer = push(std::move(pushed));
    return value_of(answer).known;
  }
  void accept(push_message pushed) { EXPECT_FALSE(is_known(std::move(pushed))); }

  void subscribe(scripted_handler& handler, std::string about = {}, std::string appid = {}) {
    caf::anon_send(dispatcher, subscribe_push{handler.handle(), "tested", appid, about});
    settle();
  }
  /// What was sent to the dispatcher before, by whomever, is taken up.
  void settle() {
    await([this] { return meter.read().mailbox_now == 0; }, "the dispatcher does not come to rest");
  }
  std::size_t given_to(scripted_handler& handler) { return handler.count<shared_push>(); }

  std::uint64_t counted(const push_message& pushed, push_outcome outcome) const {
    return counters.count(push_label_of(pushed), outcome);
  }

  actor_world world;
  /// More than any test needs but the one that is about it.
  static constexpr std::size_t remembered_max = 2'000;
  push_counters counters;
  actor_meter& meter = world.add_meter();
  scripted_handler first{world};
  scripted_handler second{world};
  push_dispatcher_actor dispatcher =
      world.keep(spawn_coordinator<push_dispatcher_actor, push_dispatcher_state>(
          world.system, meter, std::cref(world.clock), std::ref(world.log), std::ref(counters),
          remembered_max));
};

TEST_F(PushDispatcher, AcceptsAPushThatNobodyWants) {
  accept(text_of("1"));
  EXPECT_EQ(counted(text_of("1"), push_outcome::accepted), 1U);
}

TEST_F(PushDispatcher, GivesAPushToThoseWhoSubscribedToIt) {
  subscribe(first, "user_info_modified", "wx1");
  subscribe(second);
  accept(event_of("user_info_modified"));
  accept(event_of("debug_demo"));
  accept(text_of("1"));
  push_message other_app = event_of("user_info_modified");
  other_app.appid = "wx2";
  accept(other_app);
  EXPECT_EQ(given_to(first), 1U);
  EXPECT_EQ(given_to(second), 4U);
  EXPECT_EQ(first.await<shared_push>().request->event, "user_info_modified");
}

TEST_F(PushDispatcher, KnowsMessagesByTheirType) {
  subscribe(first, "text");
  accept(text_of("1"));
  accept(event_of("text"));
  EXPECT_EQ(given_to(first), 2U);
}

TEST_F(PushDispatcher, GivesAPushOnceToOneWhoSubscribedTwice) {
  subscribe(first);
  subscribe(first, "debug_demo");
  accept(event_of("debug_demo"));
  EXPECT_EQ(given_to(first), 1U);
}

TEST_F(PushDispatcher, AnswersWithoutWaitingForAHandler) {
  subscribe(first);
  for (int i = 0; i < 10; ++i)
    accept(text_of(std::to_string(i)));
  // Nothing was answered yet.
  EXPECT_EQ(given_to(first), 10U);
}

TEST_F(PushDispatcher, GivesAPushThatComesAgainToNobody) {
  subscribe(first);
  const std::vector<push_message> pushes{text_of("1"), text_of("2"), event_of("debug_demo"),
                                         event_of("debug_demo", "o2"), event_of("wxa_media_check")};
  for (const push_message& each : pushes)
    accept(each);
  for (const push_message& each : pushes)
    EXPECT_TRUE(is_known(each));
  EXPECT_EQ(given_to(first), pushes.size());
  EXPECT_EQ(counted(text_of("1"), push_outcome::known), 2U);
  EXPECT_EQ(counted(event_of("debug_demo"), push_outcome::known), 2U);
}

TEST_F(PushDispatcher, KnowsAMessageByItsIdAlone) {
  accept(text_of("1"));
  push_message again = text_of("1");
  again.digest = "another";
  again.created_at += 5;
  EXPECT_TRUE(is_known(again));
}

TEST_F(PushDispatcher, TellsPushesApart) {
  accept(event_of("debug_demo"));
  push_message other = event_of("debug_demo");
  other.appid = "wx2";
  accept(other);
  other = event_of("debug_demo");
  ++other.created_at;
  accept(other);
  other = event_of("debug_demo");
  other.digest = "another";
  accept(other);
}

TEST_F(PushDispatcher, KnowsAPushForLongerThanItsSignatureIsGood) {
  accept(text_of("1"));
  world.clock.advance(2 * limits::push_age);
  EXPECT_TRUE(is_known(text_of("1")));
  world.clock.advance(limits::push_memory);
  EXPECT_FALSE(is_known(text_of("1")));
}

TEST_F(PushDispatcher, ForgetsTheOldestBeforeItNeedsTooMuchMemory) {
  accept(text_of("first"));
  pending_reply<push_accepted> last;
  for (std::size_t i = 0; i < remembered_max; ++i)
    last = push(text_of(std::to_string(i)));
  value_of(last);
  EXPECT_TRUE(is_known(text_of("1")));
  EXPECT_FALSE(is_known(text_of("first")));
}

TEST_F(PushDispatcher, RefusesWhatAHandlerHasNoRoomFor_ASVS_15_4_4) {
  subscribe(first, "text");
  subscribe(second, "text");
  for (std::size_t i = 0; i < limits::pushes_outstanding; ++i)
    accept(text_of(std::to_string(i)));
  for (std::size_t i = 0; i < limits::pushes_outstanding; ++i)
    second.serve<shared_push>(push_handled{});

  auto refused = push(text_of("one more"));
  EXPECT_EQ(code_of(refused), errc::overloaded);
  refused = push(text_of("one more"));
  EXPECT_EQ(code_of(refused), errc::overloaded);
  EXPECT_EQ(counted(text_of("1"), push_outcome::overloaded), 2U);
  EXPECT_THAT(world.logged(), HasSubstr("a handler of pushes has too much to do"));
  // What it doesn't want goes on.
  accept(event_of("debug_demo"));
  // The other one had room, and has it already.
  EXPECT_EQ(given_to(second), limits::pushes_outstanding + 1);

  first.serve<shared_push>(push_handled{});
  settle();
  accept(text_of("one more"));
  EXPECT_EQ(given_to(first), limits::pushes_outstanding + 1);
  EXPECT_EQ(given_to(second), limits::pushes_outstanding + 1);
  EXPECT_TRUE(is_known(text_of("one more")));
}

TEST_F(PushDispatcher, CountsAndLogsWhatAHandlerFailsAt) {
  subscribe(first);
  for (std::size_t i = 0; i < limits::pushes_outstanding; ++i)
    accept(text_of(std::to_string(i)));
  first.fail(first.await<shared_push>(), errc::database_unavailable);
  settle();
  EXPECT_EQ(counters.failures(), 1U);
  EXPECT_THAT(world.logged(), HasSubstr("database_unavailable"));
  EXPECT_TRUE(is_known(text_of("0")));
  accept(text_of("next")); // It has room again.
}

TEST_F(PushDispatcher, GivesNothingToAHandlerThatHasEnded) {
  {
    scripted_handler ended{world};
    subscribe(ended);
    for (std::size_t i = 0; i < limits::pushes_outstanding; ++i)
      accept(text_of(std::to_string(i)));
  }
  settle();
  subscribe(first);
  accept(text_of("next"));
  EXPECT_EQ(given_to(first), 1U);
}

/// Ends at the first push.
class crashing_state {
public:
  static constexpr const char* name = "crashing";
  explicit crashing_state(actor_of<push_handler_actor>) {}
  push_handler_actor::behavior_type make_behavior() {
    return {[](const request_context&, const shared_push&) -> push_handled {
      throw std::logic_error{"a bug"};
    }};
  }
};

TEST_F(PushDispatcher, SurvivesAHandlerThatDoesNot) {
  actor_meter& its_meter = world.add_meter();
  caf::anon_send(dispatcher, subscribe_push{spawn_coordinator<push_handler_actor, crashing_state>(
                                                world.system, its_meter),
                                            "crashing"});
  settle();
  subscribe(first);
  accept(text_of("1"));
  await([this] { return counters.failures() == 1; }, "the failure is not counted");
  accept(text_of("2"));
  EXPECT_EQ(given_to(first), 2U);
  EXPECT_EQ(counters.failures(), 1U);
}

TEST_F(PushDispatcher, DropsAPushThatNobodyWaitsForAnyMore) {
  subscribe(first);
  auto late = push(text_of("1"), overdue());
  EXPECT_EQ(code_of(late), errc::deadline_exceeded);
  EXPECT_EQ(given_to(first), 0U);
  accept(text_of("1"));
}

TEST_F(PushDispatcher, TakesOnlySoManySubscriptions) {
  for (std::size_t i = 0; i < limits::push_subscriptions; ++i)
    caf::anon_send(dispatcher, subscribe_push{first.handle(), "tested", {}, "debug_demo"});
  subscribe(second);
  EXPECT_THAT(world.logged(), HasSubstr("too many subscriptions"));
  accept(text_of("1"));
  EXPECT_EQ(given_to(second), 0U);
}

} // namespace
} // namespace maque
