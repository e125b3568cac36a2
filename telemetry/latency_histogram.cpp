#include "telemetry/latency_histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

namespace maque {

namespace {

// An octave [2^n, 2^(n+1)) has this many buckets of equal width; smaller values have one each.
constexpr unsigned sub_bucket_bits = 3;
constexpr std::uint64_t sub_buckets = 1U << sub_bucket_bits;

// Only the recording thread writes, so a locked read-modify-write would buy nothing.
void add(std::atomic<std::uint64_t>& counter, std::uint64_t amount) noexcept {
  counter.store(counter.load(std::memory_order_relaxed) + amount, std::memory_order_relaxed);
}

std::chrono::nanoseconds to_duration(std::uint64_t nanoseconds) noexcept {
  return std::chrono::nanoseconds{static_cast<std::int64_t>(nanoseconds)};
}

} // namespace

std::size_t latency_histogram::bucket_of(std::uint64_t nanoseconds) noexcept {
  if (nanoseconds < sub_buckets) return static_cast<std::size_t>(nanoseconds);
  const auto octave = static_cast<unsigned>(std::bit_width(nanoseconds)) - 1;
  const auto within = (nanoseconds >> (octave - sub_bucket_bits)) & (sub_buckets - 1);
  const auto bucket = (octave - sub_bucket_bits + 1) * sub_buckets + within;
  return std::min(static_cast<std::size_t>(bucket), bucket_count - 1);
}

std::uint64_t latency_histogram::upper_bound(std::size_t bucket) noexcept {
  if (bucket < sub_buckets) return bucket;
  const auto shift = bucket / sub_buckets - 1;
  return ((sub_buckets + bucket % sub_buckets + 1) << shift) - 1;
}

void latency_histogram::record(std::chrono::nanoseconds duration) noexcept {
  const auto nanoseconds =
      static_cast<std::uint64_t>(std::max<std::chrono::nanoseconds::rep>(duration.count(), 0));
  if (nanoseconds > max_ns_.load(std::memory_order_relaxed))
    max_ns_.store(nanoseconds, std::memory_order_relaxed);
  add(sum_ns_, nanoseconds);
  add(counts_[bucket_of(nanoseconds)], 1);
}

latency_histogram::snapshot latency_histogram::read() const noexcept {
  snapshot out;
  for (std::size_t bucket = 0; bucket < bucket_count; ++bucket) {
    out.counts[bucket] = counts_[bucket].load(std::memory_order_relaxed);
    out.total += out.counts[bucket];
  }
  out.sum_ns = sum_ns_.load(std::memory_order_relaxed);
  out.max_ns = max_ns_.load(std::memory_order_relaxed);
  return out;
}

std::chrono::nanoseconds latency_histogram::snapshot::quantile(double q) const noexcept {
  if (total == 0) return std::chrono::nanoseconds::zero();
  const auto wanted = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(total)));
  const auto rank = std::clamp<std::uint64_t>(wanted, 1, total);
  std::uint64_t passed = 0;
  for (std::size_t bucket = 0; bucket < bucket_count; ++bucket) {
    passed += counts[bucket];
    if (passed >= rank) return to_duration(std::min(upper_bound(bucket), max_ns));
  }
  return to_duration(max_ns);
}

std::chrono::nanoseconds latency_histogram::snapshot::mean() const noexcept {
  return to_duration(total == 0 ? 0 : sum_ns / total);
}

void latency_histogram::snapshot::merge(const snapshot& other) noexcept {
  std::transform(counts.begin(), counts.end(), other.counts.begin(), counts.begin(), std::plus<>{});
  total += other.total;
  sum_ns += other.sum_ns;
  max_ns = std::max(max_ns, other.max_ns);
}

} // namespace maque
