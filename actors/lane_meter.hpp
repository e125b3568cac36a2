#pragma once

#include "domain/time.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>

namespace maque {

/// What a lane does: written by its thread, read by any.
class lane_meter {
public:
  /// The longest turn is that of the last one to two of these.
  static constexpr std::chrono::seconds turn_window{10};

  struct reading {
    std::uint64_t connections = 0;
    std::uint64_t in_flight = 0; ///< Requests without an answer.
    std::uint64_t requests = 0;  ///< All that came.
    /// The thread's CPU clock, and when it was read: once a tick. The share of a core is the
    /// difference of two readings' cpu by that of their times.
    std::chrono::nanoseconds cpu{0};
    steady_time at{};
    /// How late a tick came, at most: so long the lane was at something else.
    std::chrono::nanoseconds longest_turn{0};
  };

  void connections(std::size_t open) noexcept {
    connections_.store(open, std::memory_order_relaxed);
  }
  void request_begun() noexcept { increment(begun_); }
  void request_ended() noexcept { increment(ended_); }

  /// Once a tick, in the lane's thread. @param period of the ticks.
  void ticked(steady_time now, std::chrono::nanoseconds period) noexcept;

  /// Any thread.
  reading read() const noexcept;

private:
  static void increment(std::atomic<std::uint64_t>& counter) noexcept {
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }

  std::atomic<std::uint64_t> connections_{0};
  std::atomic<std::uint64_t> begun_{0};
  std::atomic<std::uint64_t> ended_{0};
  std::atomic<std::int64_t> cpu_ns_{0};
  std::atomic<std::int64_t> at_ns_{0};
  std::atomic<std::int64_t> turn_ns_{0};        ///< Of this window.
  std::atomic<std::int64_t> turn_before_ns_{0}; ///< Of the one before.
  // The lane's thread:
  steady_time window_ends_{};
  steady_time ticked_{};
};

} // namespace maque
