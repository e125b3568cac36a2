#include "actors/actor_meter.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <typeinfo>
#include <utility>
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

  meter.restarted("it threw");
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
  // One of four, give or take the block that it healed in.
  EXPECT_NEAR(static_cast<double>(meter.read().waiting.total - before), 100, 1);
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

TEST(ActorMeter, SeesBothKindsOfMessagesThatComeByTurns) {
  const messages message;
  actor_meter meter{"user", 0, 16};
  for (std::size_t number = 0; number < 8'000; ++number) {
    meter.arrived(message[number]);
    const bool timed = meter.taken(message[number]);
    if (timed) meter.is_of_kind(number % 2 == 0 ? "question" : "answer");
    meter.finished(timed);
  }
  const auto kinds = meter.read_messages();
  ASSERT_EQ(kinds.size(), 2U);
  EXPECT_EQ(kinds[0].working.total + kinds[1].working.total, 500U);
  EXPECT_NEAR(static_cast<double>(kinds[0].working.total), 250, 50);
}

TEST(ActorMeter, KnowsWhetherTheActorLives) {
  actor_meter meter{"user", 0, 1};
  EXPECT_EQ(meter.read().alive, 0U);
  meter.started();
  EXPECT_EQ(meter.read().alive, 1U);
  meter.ended();
  EXPECT_EQ(meter.read().alive, 0U);
}

TEST(ActorMeter, KeepsTheLastErrorWithItsTime) {
  actor_meter meter{"user", 0, 1};
  EXPECT_FALSE(meter.read().last_failure);
  meter.failed(); // of which nothing is said
  EXPECT_FALSE(meter.read().last_failure);

  const auto before = std::chrono::system_clock::now() - std::chrono::seconds{1};
  meter.failed(error{errc::database_unavailable, "a hint", "no connection", {}});
  const auto first = meter.read();
  EXPECT_EQ(first.failed, 2U);
  ASSERT_TRUE(first.last_failure);
  EXPECT_EQ(first.last_failure->text, "database_unavailable: no connection");
  EXPECT_GE(first.last_failure->at, before);
}

TEST(LastError, OfAStormFewAreDescribedAndTheLastOnesToo) {
  last_error last;
  std::size_t described = 0;
  constexpr std::size_t storm = 100'000;
  for (std::size_t count = 0; count < storm; ++count)
    last.note([&] { return std::to_string(++described); });
  EXPECT_LT(described, storm / 10);
  ASSERT_TRUE(last.read());
  EXPECT_EQ(last.read()->text, std::to_string(described));
}

TEST(LastError, CutsALongTextButNoCharacter) {
  for (const std::size_t before : {253U, 254U, 255U, 256U}) {
    last_error last;
    last.note([&] { return std::string(before, 'a') + "麻雀"; });
    EXPECT_EQ(last.read()->text, std::string(before, 'a') + (before == 253 ? "麻" : "")) << before;
  }
}

TEST(MessageMeter, TimesEachKindByItself) {
  message_meter meter;
  meter.record("one", std::chrono::microseconds{10});
  meter.record("two", std::chrono::microseconds{20});
  meter.record("one", std::chrono::microseconds{30});
  // The name's address tells them apart, so these have to be the same ones.
  const auto read = meter.read();
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[0].kind, "one");
  EXPECT_EQ(read[0].working.total, 2U);
  EXPECT_EQ(read[0].working.mean(), std::chrono::microseconds{20});
  EXPECT_EQ(read[1].kind, "two");
  EXPECT_EQ(read[1].working.total, 1U);
}

TEST(MessageMeter, CountsWhatItHasNoRoomForAsOthers) {
  message_meter meter;
  std::vector<std::string> names;
  for (std::size_t kind = 0; kind < message_meter::kinds_max + 5; ++kind)
    names.push_back("kind_" + std::to_string(kind));
  for (const std::string& name : names)
    meter.record(name.c_str(), std::chrono::microseconds{1});
  const auto read = meter.read();
  ASSERT_EQ(read.size(), message_meter::kinds_max + 1);
  EXPECT_EQ(read.front().kind, "kind_0");
  EXPECT_EQ(read.back().kind, "others");
  EXPECT_EQ(read.back().working.total, 5U);
}

struct told_apart {};

TEST(MessageMeter, ShowsTypesByShortNames) {
  const std::vector<std::pair<const char*, std::string>> names{
      {typeid(error).name(), "error"},
      {typeid(told_apart).name(), "told_apart"},
      {typeid(std::optional<error>).name(), "optional<error>"},
      {typeid(std::vector<error>).name(), "vector<error>"},
      {typeid(std::shared_ptr<const error>).name(), "shared_ptr<error>"},
      {"@exit", "exit"},
      {"nothing", "nothing"},
  };
  kind_names known;
  for (const auto& [kind, shown] : names) {
    EXPECT_EQ(shown_kind(kind), shown) << kind;
    for (int again = 0; again < 2; ++again)
      EXPECT_EQ(known.of(kind), shown) << kind;
  }
  EXPECT_EQ(shown_kind(std::string(200, '_').c_str()).size(), 64U);
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
