#include "actors/actor_meter.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace maque {
namespace {

/// Messages are told apart by their addresses alone.
class messages {
public:
  const void* operator[](std::size_t number) const { return &bytes_.at(number); }

private:
  std::vector<char> bytes_ = std::vector<char>(10'000);
};

void handle(actor_meter& meter, const void* message) {
  meter.finished(meter.taken(message));
}

TEST(ActorMeter, CountsWhatArrivesIsDoneFailsAndIsStartedAgain) {
  const messages message;
  actor_meter meter{"user", 3, 1};
  for (std::size_t number = 0; number < 5; ++number)
    meter.arrived(message[number]);
  for (std::size_t number = 0; number < 2; ++number)
    handle(meter, message[number]);
  meter.failed();

  const auto now = meter.read();
  EXPECT_EQ(now.type, "user");
  EXPECT_EQ(now.lane, 3U);
  EXPECT_EQ(now.received, 5U);
  EXPECT_EQ(now.processed, 2U);
  EXPECT_EQ(now.failed, 1U);
  EXPECT_EQ(now.mailbox_now, 3U);
  EXPECT_EQ(now.mailbox_max, 5U);
  EXPECT_EQ(now.restarts, 0U);

  meter.restarted();
  EXPECT_EQ(meter.read().restarts, 1U);
  EXPECT_EQ(meter.read().mailbox_now, 0U);
}

TEST(ActorMeter, TimesOneMessageInSoMany) {
  const messages message;
  actor_meter meter{"user", 0, 16};
  for (std::size_t number = 0; number < 160; ++number) {
    meter.arrived(message[number]);
    handle(meter, message[number]);
  }
  EXPECT_EQ(meter.read().waiting.total, 10U);
  EXPECT_EQ(meter.read().working.total, 10U);
}

TEST(ActorMeter, MeasuresTheTimeInTheMailboxAndTheTimeOfTheWork) {
  constexpr std::chrono::milliseconds waiting{3};
  constexpr std::chrono::milliseconds working{7};
  const messages message;
  actor_meter meter{"user", 0, 1};
  const auto spend = [](std::chrono::milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end)
      std::this_thread::yield();
  };
  meter.arrived(message[0]);
  spend(waiting);
  const bool timed = meter.taken(message[0]);
  EXPECT_TRUE(timed);
  spend(working);
  meter.finished(timed);
  EXPECT_GE(meter.read().waiting.mean(), waiting);
  EXPECT_GE(meter.read().working.mean(), working);
}

TEST(ActorMeter, FindsATimedMessageThatAnotherOvertook) {
  const messages message;
  actor_meter meter{"user", 0, 4};
  // Counted first, but queued behind the next two.
  for (std::size_t number = 0; number < 4; ++number)
    meter.arrived(message[number]);
  for (const std::size_t number : {1U, 2U, 0U, 3U})
    handle(meter, message[number]);
  EXPECT_EQ(meter.read().waiting.total, 1U);
}

TEST(ActorMeter, HealsAfterATimedMessageThatNeverCame) {
  const messages message;
  actor_meter meter{"user", 0, 4};
  std::size_t number = 0;
  meter.arrived(message[number++]); // counted, and lost on its way to the mailbox
  const auto pass = [&](std::size_t count) {
    for (const std::size_t end = number + count; number < end; ++number) {
      meter.arrived(message[number]);
      handle(meter, message[number]);
    }
  };
  pass(2 * actor_meter::reordering_max);
  const auto before = meter.read().waiting.total;
  pass(400);
  EXPECT_EQ(meter.read().waiting.total - before, 100U);
}

TEST(ActorMeter, GoesOnTimingWhenMoreWereTimedThanItKeeps) {
  const messages message;
  actor_meter meter{"user", 0, 1};
  constexpr std::size_t backlog = 3 * actor_meter::sample_slots;
  for (std::size_t number = 0; number < backlog; ++number)
    meter.arrived(message[number]);
  for (std::size_t number = 0; number < backlog; ++number)
    handle(meter, message[number]);
  const auto before = meter.read().waiting.total;
  for (std::size_t number = backlog; number < backlog + 100; ++number) {
    meter.arrived(message[number]);
    handle(meter, message[number]);
  }
  EXPECT_EQ(meter.read().waiting.total - before, 100U);
}

TEST(ActorMeter, Asvs15_4_1_CountsExactlyWhenManyThreadsSend) {
  constexpr std::size_t threads = 4;
  constexpr std::size_t each = 20'000;
  actor_meter meter{"user", 0, 16};
  {
    std::vector<std::jthread> senders;
    for (std::size_t sender = 0; sender < threads; ++sender)
      senders.emplace_back([&meter] {
        for (std::size_t count = 0; count < each; ++count)
          meter.arrived(&count);
      });
  }
  EXPECT_EQ(meter.read().received, threads * each);
}

} // namespace
} // namespace maque
