#include "actors/lane_meter.hpp"

#include <gtest/gtest.h>

namespace maque {
namespace {

using namespace std::chrono_literals;

TEST(LaneMeter, CountsConnectionsAndRequests) {
  lane_meter meter;
  meter.connections(7);
  for (int each = 0; each < 3; ++each)
    meter.request_begun();
  meter.request_ended();
  const auto now = meter.read();
  EXPECT_EQ(now.connections, 7U);
  EXPECT_EQ(now.requests, 3U);
  EXPECT_EQ(now.in_flight, 2U);
}

TEST(LaneMeter, TakesALateTickForALongTurn) {
  lane_meter meter;
  steady_time now{1h};
  meter.ticked(now, 50ms);
  EXPECT_EQ(meter.read().longest_turn, 0ms);
  meter.ticked(now += 50ms, 50ms);
  EXPECT_EQ(meter.read().longest_turn, 0ms);
  meter.ticked(now += 80ms, 50ms);
  meter.ticked(now += 51ms, 50ms);
  EXPECT_EQ(meter.read().longest_turn, 30ms);
}

TEST(LaneMeter, ForgetsALongTurnAfterTwoWindows) {
  lane_meter meter;
  steady_time now{1h};
  meter.ticked(now, 50ms);
  meter.ticked(now += 90ms, 50ms);
  const steady_time begun = now;
  while (now < begun + lane_meter::turn_window)
    meter.ticked(now += 50ms, 50ms);
  EXPECT_EQ(meter.read().longest_turn, 40ms) << "still in the window before";
  while (now < begun + 2 * lane_meter::turn_window + 50ms)
    meter.ticked(now += 50ms, 50ms);
  EXPECT_EQ(meter.read().longest_turn, 0ms);
}

TEST(LaneMeter, ReadsTheClockOfItsThread) {
  lane_meter meter;
  meter.ticked(std::chrono::steady_clock::now(), 50ms);
  const auto before = meter.read();
  const auto begin = std::chrono::steady_clock::now();
  while (meter.read().cpu == before.cpu)
    meter.ticked(std::chrono::steady_clock::now(), 50ms);
  const auto after = meter.read();
  EXPECT_GT(after.cpu, before.cpu);
  EXPECT_GE(after.at, begin);
  EXPECT_LE(after.at, std::chrono::steady_clock::now());
}

} // namespace
} // namespace maque
