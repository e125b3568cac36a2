#include "actor_world.hpp"
#include "actors/protocol.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace maque::test {
namespace {

using looking_actor =
    caf::typed_actor<caf::replies_to<request_context, look_for_config>::with<user>>;

/// Asks the next one, if there is one; the last one throws if it is to.
class looking_state {
public:
  static constexpr const char* name = "looking";

  looking_state(actor_of<looking_actor> self, looking_actor next, bool throws)
      : self_{self}, next_{std::move(next)}, throws_{throws} {}

  looking_actor::behavior_type make_behavior() {
    return {
        [this](const request_context& context, const look_for_config& wanted) -> caf::result<user> {
          if (throws_) throw std::runtime_error{"as told"};
          if (!next_) return user{};
          auto waiting = self_->make_response_promise<user>();
          self_->request(next_, caf::infinite, context, wanted)
              .then([waiting](user& found) mutable { waiting.deliver(std::move(found)); },
                    [waiting](const caf::error& cause) mutable { waiting.deliver(cause); });
          return waiting;
        }};
  }

private:
  actor_of<looking_actor> self_;
  looking_actor next_;
  bool throws_;
};

class ActorHops : public testing::Test {
protected:
  looking_actor spawn(looking_actor next, bool records, bool throws = false) {
    auto& meter = meters_.emplace_back(std::make_unique<actor_meter>("looking", 0, 1, records));
    return world.spawn<looking_actor, looking_state>(0, *meter, std::move(next), throws);
  }
  static request_context traced() {
    request_context made = in_time();
    made.trail.reset(new request_trail);
    made.trail->begin_spans(11, 0, true);
    return made;
  }

private:
  std::vector<std::unique_ptr<actor_meter>> meters_;

protected:
  actor_world world;
};

TEST_F(ActorHops, AreSpansWithTheSenderAsParent) {
  const auto last = spawn({}, true);
  const auto first = spawn(last, true);
  world.run();
  const auto context = traced();
  auto answer = world.ask<user>(first, context, look_for_config{});
  value_of(answer);
  auto spans = context.trail->finish().spans;
  ASSERT_EQ(spans.size(), 2U);
  std::ranges::sort(spans, {}, &trail_span::start);
  EXPECT_EQ(spans[0].parent, 11U);
  EXPECT_EQ(spans[1].parent, spans[0].id);
  for (const trail_span& each : spans) {
    EXPECT_EQ(each.name, "looking");
    EXPECT_EQ(*each.message, typeid(look_for_config));
    EXPECT_FALSE(each.failed);
    const std::int64_t whole = (each.end - each.start) / std::chrono::microseconds{1};
    EXPECT_LE(each.notes[0].number + each.notes[1].number, whole + 1);
  }
}

TEST_F(ActorHops, AreFailuresWhenTheHandlerThrows) {
  const auto actor = spawn({}, true, true);
  world.run();
  const auto context = traced();
  auto answer = world.ask<user>(actor, context, look_for_config{});
  EXPECT_EQ(code_of(answer), errc::internal);
  // The answer may come before the hop has ended.
  await([&] { return context.trail->current() == 11U; }, "the hop does not end");
  const auto spans = context.trail->finish().spans;
  ASSERT_EQ(spans.size(), 1U);
  EXPECT_TRUE(spans[0].failed);
}

TEST_F(ActorHops, AreRecordedByThoseActorsOnlyThatAreToldTo) {
  const auto actor = spawn({}, false);
  world.run();
  const auto context = traced();
  auto answer = world.ask<user>(actor, context, look_for_config{});
  value_of(answer);
  EXPECT_TRUE(context.trail->finish().spans.empty());
}

} // namespace
} // namespace maque::test
