#include "actors/lane_meter.hpp"

#include <algorithm>
#include <ctime>
#include <utility>

namespace maque {

namespace {

std::int64_t cpu_ns_of_this_thread() noexcept {
  timespec used{};
  if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used) != 0) return 0;
  return std::int64_t{used.tv_sec} * 1'000'000'000 + used.tv_nsec;
}

} // namespace

void lane_meter::ticked(steady_time now, std::chrono::nanoseconds period) noexcept {
  cpu_ns_.store(cpu_ns_of_this_thread(), std::memory_order_relaxed);
  at_ns_.store(now.time_since_epoch() / std::chrono::nanoseconds{1}, std::memory_order_release);
  if (now >= window_ends_) {
    turn_before_ns_.store(turn_ns_.load(std::memory_order_relaxed), std::memory_order_relaxed);
    turn_ns_.store(0, std::memory_order_relaxed);
    window_ends_ = now + turn_window;
  }
  const steady_time before = std::exchange(ticked_, now);
  if (before == steady_time{}) return;
  const std::int64_t late = (now - before - period) / std::chrono::nanoseconds{1};
  turn_ns_.store(std::max(turn_ns_.load(std::memory_order_relaxed), late),
                 std::memory_order_relaxed);
}

lane_meter::reading lane_meter::read() const noexcept {
  reading now;
  now.connections = connections_.load(std::memory_order_relaxed);
  // In this order, so that what comes meanwhile can't make it negative.
  const std::uint64_t ended = ended_.load(std::memory_order_relaxed);
  now.requests = begun_.load(std::memory_order_relaxed);
  now.in_flight = now.requests > ended ? now.requests - ended : 0;
  now.at = steady_time{std::chrono::nanoseconds{at_ns_.load(std::memory_order_acquire)}};
  now.cpu = std::chrono::nanoseconds{cpu_ns_.load(std::memory_order_relaxed)};
  now.longest_turn = std::chrono::nanoseconds{std::max(
      turn_ns_.load(std::memory_order_relaxed), turn_before_ns_.load(std::memory_order_relaxed))};
  return now;
}

} // namespace maque
