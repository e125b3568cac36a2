#include "actors/metric_histogram.hpp"

#include <cstdint>
#include <limits>
#include <utility>

namespace maque::metric_families {

namespace {

double to_seconds(std::uint64_t nanoseconds) {
  return static_cast<double>(nanoseconds) / 1e9;
}

} // namespace

void add_histogram(prometheus::MetricFamily& to,
                   std::vector<prometheus::ClientMetric::Label> labels,
                   const latency_histogram::snapshot& read, std::span<const double> bounds) {
  prometheus::ClientMetric sample;
  sample.label = std::move(labels);
  auto& made = sample.histogram;
  std::uint64_t passed = 0;
  std::size_t bucket = 0;
  for (const double bound : bounds) {
    for (; bucket < latency_histogram::bucket_count &&
           to_seconds(latency_histogram::upper_bound(bucket)) <= bound;
         ++bucket)
      passed += read.counts[bucket];
    made.bucket.push_back({passed, bound});
  }
  made.bucket.push_back({read.total, std::numeric_limits<double>::infinity()});
  made.sample_count = read.total;
  made.sample_sum = to_seconds(read.sum_ns);
  to.metric.push_back(std::move(sample));
}

} // namespace maque::metric_families
