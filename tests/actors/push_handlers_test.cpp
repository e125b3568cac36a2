#include "actors/push_handlers.hpp"
#include "actors/push_service.hpp"
#include "scripted_actor.hpp"
#include "support/pushes.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace maque {
namespace {

using namespace test;
using testing::HasSubstr;
using testing::Not;

push_node leaf(std::string name, std::string text) {
  return {std::move(name), std::move(text), {}};
}

push_node choice(std::string status) {
  return {"List", {}, {leaf("TemplateId", "t1"), leaf("SubscribeStatusString", std::move(status))}};
}

push_node delivery(std::string code, std::string reason) {
  return {"List",
          {},
          {leaf("TemplateId", "t1"), leaf("MsgID", "1864323726461255680"),
           leaf("ErrorCode", std::move(code)), leaf("ErrorStatus", std::move(reason))}};
}

class PushHandlers : public testing::Test {
protected:
  void handle(const push_handler_actor& handler, push_message pushed) {
    auto done = world.ask<push_handled>(handler, in_time(), share(std::move(pushed)));
    value_of(done);
  }

  push_handler_actor subscription_events() {
    return world.keep(spawn_coordinator<push_handler_actor, subscription_events_state>(
        world.system, world.add_meter(), std::ref(world.log), std::ref(counters)));
  }

  std::vector<std::uint64_t> news() const {
    std::vector<std::uint64_t> counts;
    for (std::size_t what = 0; what < subscription_news_names.size(); ++what)
      counts.push_back(counters.count(static_cast<subscription_news>(what)));
    return counts;
  }

  actor_world world;
  push_counters counters;
};

TEST_F(PushHandlers, NoteEachPushInTheLogWithoutItsContent_ASVS_16_2_5) {
  const auto handler = world.keep(spawn_coordinator<push_handler_actor, push_log_state>(
      world.system, world.add_meter(), std::ref(world.log)));
  push_message pushed = text_of("1");
  pushed.from_user = "openid-of-a-user";
  pushed.content.children.push_back(leaf("Content", "what a user wrote"));
  handle(handler, pushed);
  EXPECT_THAT(world.logged(), HasSubstr(R"("message":"push","appid":"wx1","type":"text")"));
  EXPECT_THAT(world.logged(), Not(HasSubstr("what a user wrote")));
  EXPECT_THAT(world.logged(), Not(HasSubstr("openid-of-a-user")));
}

TEST_F(PushHandlers, CountWhatUsersSayToSubscriptionMessages) {
  const auto handler = subscription_events();
  push_message popup = event_of("subscribe_msg_popup_event");
  popup.content.children = {choice("accept"), choice("reject")};
  handle(handler, popup); // As JSON has it.
  popup.content.children = {{"SubscribeMsgPopupEvent", {}, {choice("accept"), choice("ban")}}};
  handle(handler, popup); // As XML has it.
  push_message change = event_of("subscribe_msg_change_event");
  change.content.children = {choice("reject")};
  handle(handler, change);
  EXPECT_THAT(news(), testing::ElementsAre(2U, 3U, 0U, 0U));
}

TEST_F(PushHandlers, TellTheOperatorWhyAMessageWasNotDelivered) {
  const auto handler = subscription_events();
  push_message sent = event_of("subscribe_msg_sent_event");
  sent.content.children = {delivery("0", "success")};
  handle(handler, sent);
  EXPECT_EQ(world.logged(), "");
  sent.content.children = {{"SubscribeMsgSentEvent", {}, {delivery("3", "user refused")}}};
  handle(handler, sent);
  EXPECT_THAT(news(), testing::ElementsAre(0U, 0U, 1U, 1U));
  EXPECT_THAT(world.logged(), HasSubstr(R"("template_id":"t1","message_id":"1864323726461255680",)"
                                        R"("error_code":"3","reason":"user refused")"));
}

// As children of the supervisor ------------------------------------------------------------------

class PushService : public PushHandlers {
protected:
  PushService() {
    children = service.children(
        world.system, [this](const std::string&) -> actor_meter& { return world.add_meter(); },
        [this](const std::function<void(lane_context&)>& action) { action(world.context()); });
    for (const start_child& each : children)
      running.push_back(each.start());
  }
  ~PushService() override {
    for (const caf::actor& each : running)
      world.end(each);
    service.release();
    world.context().pushes = push_dispatcher_actor{};
  }

  void start_again(std::size_t place) {
    world.end(running.at(place));
    running.at(place) = children.at(place).start();
  }

  /// Waits until what it is subscribed to has reached both built-in handlers.
  void expect_handled(const std::string& from) {
    push_message popup = event_of("subscribe_msg_popup_event", from);
    popup.content.children = {choice("accept")};
    const auto before = counters.count(subscription_news::accepted);
    await(
        [&] {
          popup.created_at += 1;
          auto answer = world.ask<push_accepted>(world.context().pushes, in_time(),
                                                 push_arrived{share(popup)});
          return outcome_of(answer) && counters.count(subscription_news::accepted) > before;
        },
        "the handler of subscriptions gets nothing");
    EXPECT_TRUE(eventually(
        [&] { return world.logged().find("subscribe_msg_popup_event") != std::string::npos; }));
  }

  push_service service{world.clock, world.log};
  const push_counters& counters = service.counters();
  std::vector<start_child> children;
  std::vector<caf::actor> running;
};

TEST_F(PushService, SubscribesItsHandlers) {
  expect_handled("o1");
}

TEST_F(PushService, SubscribesThemAgainWhenTheyAreStartedAgain) {
  for (std::size_t place = 1; place < children.size(); ++place)
    start_again(place);
  expect_handled("o1");
}

TEST_F(PushService, SubscribesThemAgainWhenTheDispatcherIsStartedAgain) {
  start_again(0);
  expect_handled("o1");
}

} // namespace
} // namespace maque
