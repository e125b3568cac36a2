#include "domain/limits.hpp"
#include "domain/request_trail.hpp"

#include <gtest/gtest.h>

#include <ctime>
#include <set>
#include <thread>
#include <typeinfo>
#include <vector>

namespace maque {
namespace {

using std::chrono::microseconds;

steady_time last_tick() {
  timespec tick{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &tick);
  return steady_time{std::chrono::seconds{tick.tv_sec} + std::chrono::nanoseconds{tick.tv_nsec}};
}

TEST(RequestTrail, AddsUpWhatTheDatabaseAndWeChatTook) {
  request_trail trail;
  trail.add_database(microseconds{3});
  trail.add_database(microseconds{4});
  trail.add_upstream(microseconds{5});
  EXPECT_EQ(trail.database(), microseconds{7});
  EXPECT_EQ(trail.upstream(), microseconds{5});
}

TEST(RequestTrail, ForgetsTheRequestBeforeWhenItServesAgain) {
  request_trail trail;
  trail.begin_spans(1, 0, true);
  trail.add_database(microseconds{3});
  trail.record({.name = "before"});
  trail.restart();
  EXPECT_EQ(trail.database(), microseconds{0});
  EXPECT_FALSE(trail.records_spans());
  trail.begin_spans(2, 0, false);
  EXPECT_TRUE(trail.finish().spans.empty());
}

TEST(RequestTrail, RecordsNoSpansUnlessToldTo) {
  request_trail trail;
  trail.record({.name = "span"});
  trail.sent(&trail);
  EXPECT_EQ(trail.taken(&trail, "user", nullptr).id, 0U);
  EXPECT_TRUE(trail.finish().spans.empty());
}

TEST(RequestTrail, GivesSpansTheRequestAsParentUnlessTheyHaveTheirOwn) {
  request_trail trail;
  trail.begin_spans(11, 7, true);
  EXPECT_EQ(trail.caller(), 7U);
  trail.record({.name = "first"});
  trail.record({.id = 5, .parent = 3, .name = "second"});
  const auto spans = trail.finish().spans;
  ASSERT_EQ(spans.size(), 2U);
  EXPECT_EQ(spans[0].parent, 11U);
  EXPECT_NE(spans[0].id, 0U);
  EXPECT_EQ(spans[1].id, 5U);
  EXPECT_EQ(spans[1].parent, 3U);
}

TEST(RequestTrail, KnowsFromWhichActorAMessageWasSent) {
  request_trail trail;
  trail.begin_spans(11, 0, true);
  const char first = 0;
  const char second = 0;
  trail.sent(&first);
  const trail_hop outer = trail.taken(&first, "user", &typeid(int));
  EXPECT_EQ(trail.current(), outer.id);
  trail.sent(&second);
  trail.finished(outer, false);
  EXPECT_EQ(trail.current(), 11U);
  const trail_hop inner = trail.taken(&second, "db_pool", &typeid(long));
  trail.finished(inner, true);

  const auto spans = trail.finish().spans;
  ASSERT_EQ(spans.size(), 2U);
  EXPECT_EQ(spans[0].name, "user");
  EXPECT_EQ(spans[0].parent, 11U);
  EXPECT_EQ(*spans[0].message, typeid(int));
  EXPECT_FALSE(spans[0].failed);
  EXPECT_EQ(spans[1].parent, spans[0].id);
  EXPECT_TRUE(spans[1].failed);
  for (const trail_span& each : spans)
    EXPECT_LE(each.start, each.end);
}

TEST(RequestTrail, CountsTheSpansThatAreTooMany) {
  request_trail trail;
  trail.begin_spans(1, 0, true);
  for (std::size_t each = 0; each < limits::trail_spans + 5; ++each)
    trail.record({.name = "span"});
  const auto recorded = trail.finish();
  EXPECT_EQ(recorded.spans.size(), limits::trail_spans);
  EXPECT_EQ(recorded.lost, 5U);
}

TEST(RequestTrail, CountsTheMessagesThatAreTooMany) {
  request_trail trail;
  trail.begin_spans(1, 0, true);
  std::vector<char> messages(limits::trail_hops + 2);
  for (const char& each : messages)
    trail.sent(&each);
  EXPECT_EQ(trail.taken(&messages.back(), "user", nullptr).id, 0U);
  const trail_hop last_known = trail.taken(&messages[limits::trail_hops - 1], "user", nullptr);
  EXPECT_NE(last_known.id, 0U);
  trail.finished(last_known, false);
  const auto recorded = trail.finish();
  EXPECT_EQ(recorded.spans.size(), 1U);
  EXPECT_EQ(recorded.lost, 2U);
}

TEST(RequestTrail, ShowsAMessageThatItDidNotSeeSent) {
  request_trail trail;
  trail.begin_spans(7, 0, true);
  const char message = 0;
  trail.finished(trail.taken(&message, "user", nullptr), false);
  const auto spans = trail.finish().spans;
  ASSERT_EQ(spans.size(), 1U);
  EXPECT_EQ(spans[0].parent, 7U);
  EXPECT_EQ(spans[0].notes[0].number, 0) << "it is not known how long it waited";
}

TEST(RequestTrail, DoesNotTakeAMessageForOneAtTheSameAddressThatNeverCame) {
  request_trail trail;
  trail.begin_spans(7, 0, true);
  const char outer = 0;
  const char inner = 0;
  trail.sent(&inner); // from the request itself
  trail.sent(&outer);
  const trail_hop first = trail.taken(&outer, "session", nullptr);
  trail.sent(&inner); // from `session`
  trail.finished(first, false);
  trail.finished(trail.taken(&inner, "user", nullptr), false);
  const auto spans = trail.finish().spans;
  ASSERT_EQ(spans.size(), 2U);
  EXPECT_EQ(spans[0].name, "session");
  EXPECT_EQ(spans[1].name, "user");
  EXPECT_EQ(spans[1].parent, spans[0].id);
}

TEST(RequestTrail, TimesTheHopsOfAnUnsampledTraceByTheKernelsTick) {
  request_trail trail;
  trail.begin_spans(7, 0, true);
  EXPECT_EQ(trail.hop_resolution(), std::chrono::nanoseconds{0});
  trail.restart();
  trail.begin_spans(7, 0, false);
  const auto resolution = trail.hop_resolution();
  EXPECT_GT(resolution, std::chrono::nanoseconds{0});
  const char message = 0;
  const steady_time before = last_tick();
  trail.sent(&message);
  trail.finished(trail.taken(&message, "user", nullptr), false);
  const steady_time after = last_tick();
  const auto spans = trail.finish().spans;
  ASSERT_EQ(spans.size(), 1U);
  EXPECT_GE(spans[0].start, before);
  EXPECT_LE(spans[0].end, after);
  EXPECT_LE(spans[0].start, spans[0].end);
}

TEST(RequestTrail, DropsWhatComesWhenTheRequestIsOver) {
  request_trail trail;
  trail.begin_spans(1, 0, true);
  const char message = 0;
  trail.sent(&message);
  const trail_hop late = trail.taken(&message, "user", nullptr);
  const auto spans = trail.finish().spans;
  ASSERT_EQ(spans.size(), 1U) << "what was not finished is there";
  EXPECT_LE(spans[0].start, spans[0].end);
  trail.finished(late, false);
  trail.record({.name = "late"});
  EXPECT_TRUE(trail.finish().spans.empty());
}

TEST(RequestTrail, TakesSpansOfManyThreadsWhileTheFrontFinishes) {
  for (int round = 0; round < 20; ++round) {
    const trail_ptr trail{new request_trail};
    trail->begin_spans(static_cast<std::uint64_t>(round) + 1, 0, true);
    std::vector<std::thread> workers;
    for (int each = 0; each < 3; ++each)
      workers.emplace_back([trail] {
        for (int span = 0; span < 50; ++span) {
          const int message = 0;
          trail->sent(&message);
          trail->finished(trail->taken(&message, "user", nullptr), false);
          trail->add_database(microseconds{1});
        }
      });
    const auto recorded = trail->finish();
    for (std::thread& each : workers)
      each.join();
    std::set<std::uint64_t> ids;
    for (const trail_span& each : recorded.spans)
      EXPECT_TRUE(ids.insert(each.id).second) << "two spans have one id";
    EXPECT_EQ(trail->database(), microseconds{150});
    EXPECT_LE(recorded.spans.size() + recorded.lost, 150U);
  }
}

} // namespace
} // namespace maque
