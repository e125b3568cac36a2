#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace maque {

/// Counts durations in log-linear buckets (8 to an octave, so within 12.5 %), from 1 ns to over
/// nine hours; what is longer counts as the longest. One thread records, any thread reads;
/// recording is a few nanoseconds and allocates nothing.
class latency_histogram {
public:
  static constexpr std::size_t bucket_count = 8 * 43;

  /// A negative duration (a clock that was set) counts as zero.
  void record(std::chrono::nanoseconds duration) noexcept;

  struct snapshot {
    std::array<std::uint64_t, bucket_count> counts{};
    std::uint64_t total = 0;
    std::uint64_t sum_ns = 0;
    std::uint64_t max_ns = 0;

    /// The upper bound of the bucket that holds the q-th part of all values, 0 < q <= 1, and never
    /// more than the largest value; 0 if empty.
    std::chrono::nanoseconds quantile(double q) const noexcept;
    std::chrono::nanoseconds mean() const noexcept;
    /// Adds another histogram, e.g. of another lane.
    void merge(const snapshot& other) noexcept;
  };

  snapshot read() const noexcept;

  static std::size_t bucket_of(std::uint64_t nanoseconds) noexcept;
  /// The largest value that falls into the bucket (the last one also takes all that is larger).
  static std::uint64_t upper_bound(std::size_t bucket) noexcept;

private:
  std::array<std::atomic<std::uint64_t>, bucket_count> counts_{};
  std::atomic<std::uint64_t> sum_ns_{0};
  std::atomic<std::uint64_t> max_ns_{0};
};

} // namespace maque
