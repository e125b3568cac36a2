#include "http/exchange.hpp"
#include "http/route_meter.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace maque::http {
namespace {

using std::chrono::microseconds;

std::vector<route_label> only_ping() {
  return {route_label{"GET", "/ping"}};
}

request_times taking(microseconds whole) {
  request_times made;
  made.whole = whole;
  made.of(stage::logic) = whole;
  return made;
}

const latency_histogram::snapshot& of(const route_reading& read, stage which) {
  return read.stages.at(static_cast<std::size_t>(which));
}

TEST(RouteMeter, CountsEachRequestByItsRouteAndTheClassOfItsStatus) {
  const std::vector<route_label> routes{
      {"GET", "/ping"}, {"GET", "/unasked"}, {"POST", "/api/login"}};
  route_meter meter{routes};
  for (const int status : {200, 204, 304, 404, 500, 503})
    meter.record(2, status, taking(microseconds{10}));
  meter.record(0, 200, taking(microseconds{10}));
  meter.record(3, 404, taking(microseconds{10}));

  const auto read = meter.read();
  ASSERT_EQ(read.size(), 3U);
  EXPECT_EQ(read[0].route.pattern, "/ping");
  EXPECT_EQ(read[1].route.method, "POST");
  EXPECT_EQ(read[1].count, 6U);
  EXPECT_EQ(read[1].statuses, (std::array<std::uint64_t, 6>{0, 0, 2, 1, 1, 2}));
  EXPECT_EQ(read[2].route.pattern, "-");
  EXPECT_EQ(read[2].count, 1U);
}

TEST(RouteMeter, HasTheTimeOfEveryRequestAndTheStagesOfSome) {
  route_meter meter{only_ping()};
  constexpr std::uint64_t all = route_meter::counted_first + 10 * route_meter::sample_every;
  for (std::uint64_t each = 0; each < all; ++each)
    meter.record(0, 200, taking(microseconds{100}));
  const route_reading read = meter.read().at(0);
  EXPECT_EQ(read.whole.total, all);
  EXPECT_EQ(of(read, stage::logic).total, route_meter::counted_first + 10);
  EXPECT_EQ(of(read, stage::parse).total, of(read, stage::logic).total);
  EXPECT_EQ(of(read, stage::logic).max_ns, 100'000U);
}

TEST(RouteMeter, CountsTheDatabaseAndWeChatOnlyWhereTheyWereAsked) {
  route_meter meter{only_ping()};
  request_times asked = taking(microseconds{100});
  asked.of(stage::database) = microseconds{40};
  meter.record(0, 200, asked);
  meter.record(0, 200, taking(microseconds{100}));
  const route_reading read = meter.read().at(0);
  EXPECT_EQ(of(read, stage::database).total, 1U);
  EXPECT_EQ(of(read, stage::upstream).total, 0U);
  EXPECT_EQ(of(read, stage::logic).total, 2U);
}

TEST(RouteMeter, AddsTheLanesUp) {
  route_meter first{only_ping()};
  route_meter second{only_ping()};
  first.record(0, 200, taking(microseconds{10}));
  second.record(0, 500, taking(microseconds{20}));
  route_reading sum = first.read().at(0);
  sum.merge(second.read().at(0));
  EXPECT_EQ(sum.count, 2U);
  EXPECT_EQ(sum.statuses[2], 1U);
  EXPECT_EQ(sum.statuses[5], 1U);
  EXPECT_EQ(sum.whole.max_ns, 20'000U);
}

TEST(RequestTimes, AddUpToTheWholeWhateverTheTrailSays) {
  struct row {
    microseconds database;
    microseconds upstream;
    microseconds expected_logic;
  };
  for (const auto& [database, upstream, logic] :
       {row{microseconds{0}, microseconds{0}, microseconds{70}},
        row{microseconds{30}, microseconds{10}, microseconds{30}},
        // Asked at the same time, they take more than there was.
        row{microseconds{60}, microseconds{60}, microseconds{0}},
        row{microseconds{900}, microseconds{0}, microseconds{0}}}) {
    exchange ended;
    ended.started = steady_time{microseconds{1'000}};
    ended.handed_at = ended.started + microseconds{10};
    ended.taken_at = ended.handed_at + microseconds{5};
    ended.answered_at = ended.taken_at + microseconds{70};
    ended.written_at = ended.answered_at + microseconds{15};
    ended.context.trail.reset(new request_trail);
    ended.context.trail->add_database(database);
    ended.context.trail->add_upstream(upstream);
    const request_times times = times_of(ended);
    EXPECT_EQ(times.whole, microseconds{100});
    EXPECT_EQ(times.of(stage::parse), microseconds{10});
    EXPECT_EQ(times.of(stage::queue), microseconds{5});
    EXPECT_EQ(times.of(stage::serialise), microseconds{15});
    EXPECT_EQ(times.of(stage::logic), logic);
    EXPECT_EQ(
        std::accumulate(times.stages.begin(), times.stages.end(), std::chrono::nanoseconds{0}),
        times.whole);
  }
}

TEST(RequestTimes, AreNothingForWhatWasNotReached) {
  exchange refused;
  refused.started = steady_time{microseconds{1'000}};
  refused.handed_at = refused.started + microseconds{10};
  refused.answered_at = refused.handed_at + microseconds{20};
  const request_times times = times_of(refused);
  EXPECT_EQ(times.whole, microseconds{30});
  EXPECT_EQ(times.of(stage::queue), microseconds{0});
  EXPECT_EQ(times.of(stage::serialise), microseconds{0});
}

} // namespace
} // namespace maque::http
