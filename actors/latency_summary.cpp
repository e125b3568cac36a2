#include "actors/latency_summary.hpp"

#include <algorithm>
#include <cmath>

namespace maque {

latency_summary summarise(const latency_histogram::snapshot& read) noexcept {
  return {read.total,          read.mean(),
          read.quantile(0.5),  read.quantile(0.95),
          read.quantile(0.99), std::chrono::nanoseconds{static_cast<std::int64_t>(read.max_ns)}};
}

latency_histogram::snapshot recorded_since(const latency_histogram::snapshot& before,
                                           const latency_histogram::snapshot& now) noexcept {
  latency_histogram::snapshot made;
  std::size_t highest = 0;
  for (std::size_t bucket = 0; bucket < latency_histogram::bucket_count; ++bucket) {
    made.counts[bucket] = now.counts[bucket] - before.counts[bucket];
    made.total += made.counts[bucket];
    if (made.counts[bucket] != 0) highest = bucket;
  }
  made.sum_ns = now.sum_ns - before.sum_ns;
  if (made.total == 0) return made;
  made.max_ns = now.max_ns > before.max_ns
                    ? now.max_ns
                    : std::min(latency_histogram::upper_bound(highest), now.max_ns);
  return made;
}

double to_us(std::chrono::nanoseconds time) noexcept {
  return std::round(static_cast<double>(time.count()) / 100) / 10;
}

double rounded(double value) noexcept {
  return std::round(value * 100) / 100;
}

nlohmann::json to_json(const latency_summary& of) {
  return {{"count", of.count},       {"mean_us", to_us(of.mean)}, {"p50_us", to_us(of.p50)},
          {"p95_us", to_us(of.p95)}, {"p99_us", to_us(of.p99)},   {"max_us", to_us(of.max)}};
}

} // namespace maque
