#include "telemetry/latency_histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace maque {
namespace {

using std::chrono::nanoseconds;

nanoseconds to_nanoseconds(std::uint64_t count) {
  return nanoseconds{static_cast<std::int64_t>(count)};
}

// Spread over twelve orders of magnitude, as no real load is.
std::vector<std::uint64_t> random_durations(std::size_t count, std::uint32_t seed) {
  std::mt19937 generator{seed};
  std::uniform_real_distribution<double> exponent{0, 12};
  std::vector<std::uint64_t> out(count);
  std::generate(out.begin(), out.end(),
                [&] { return static_cast<std::uint64_t>(std::pow(10.0, exponent(generator))); });
  return out;
}

latency_histogram::snapshot record_all(const std::vector<std::uint64_t>& durations) {
  latency_histogram histogram;
  for (const auto duration : durations)
    histogram.record(to_nanoseconds(duration));
  return histogram.read();
}

TEST(LatencyHistogram, GivesEveryBucketTheValuesUpToItsBoundAndNoOthers) {
  std::uint64_t lowest = 0;
  for (std::size_t bucket = 0; bucket < latency_histogram::bucket_count; ++bucket) {
    const auto highest = latency_histogram::upper_bound(bucket);
    ASSERT_LE(lowest, highest);
    EXPECT_EQ(latency_histogram::bucket_of(lowest), bucket);
    EXPECT_EQ(latency_histogram::bucket_of(highest), bucket);
    EXPECT_LE(static_cast<double>(highest - lowest), 0.125 * static_cast<double>(lowest));
    lowest = highest + 1;
  }
}

TEST(LatencyHistogram, CoversMoreThanAnHourAndPutsTheRestIntoTheLastBucket) {
  constexpr auto last = latency_histogram::bucket_count - 1;
  const auto an_hour = static_cast<std::uint64_t>(nanoseconds{std::chrono::hours{1}}.count());
  EXPECT_LT(latency_histogram::bucket_of(an_hour), last);
  EXPECT_EQ(latency_histogram::bucket_of(latency_histogram::upper_bound(last) + 1), last);
  EXPECT_EQ(latency_histogram::bucket_of(std::numeric_limits<std::uint64_t>::max()), last);
}

TEST(LatencyHistogram, FindsQuantilesWithinAnEighth) {
  auto durations = random_durations(100'000, 1);
  const auto seen = record_all(durations);
  std::sort(durations.begin(), durations.end());
  for (const double q : {0.0001, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 0.9999, 1.0}) {
    const auto rank = static_cast<std::size_t>(std::ceil(q * 100'000));
    const auto exact = static_cast<double>(durations[rank - 1]);
    const auto found = static_cast<double>(seen.quantile(q).count());
    EXPECT_GE(found, exact) << q;
    EXPECT_LE(found, exact * 1.125) << q;
  }
}

TEST(LatencyHistogram, KnowsTheLargestValueExactly) {
  const auto seen = record_all({1'000'001, 5, 777});
  EXPECT_EQ(seen.max_ns, 1'000'001);
  EXPECT_EQ(seen.quantile(1.0), nanoseconds{1'000'001});
}

TEST(LatencyHistogram, IsZeroWhileEmpty) {
  const auto seen = latency_histogram{}.read();
  EXPECT_EQ(seen.total, 0);
  EXPECT_EQ(seen.quantile(0.5), nanoseconds::zero());
  EXPECT_EQ(seen.mean(), nanoseconds::zero());
}

TEST(LatencyHistogram, CountsANegativeDurationAsZero) {
  latency_histogram histogram;
  histogram.record(nanoseconds{-5});
  const auto seen = histogram.read();
  EXPECT_EQ(seen.counts[0], 1);
  EXPECT_EQ(seen.sum_ns, 0);
}

TEST(LatencyHistogram, AveragesExactly) {
  EXPECT_EQ(record_all({100, 200, 600}).mean(), nanoseconds{300});
}

TEST(LatencyHistogram, MergesIntoWhatOneWouldHaveSeen) {
  const auto first = random_durations(1'000, 2);
  const auto second = random_durations(500, 3);
  auto all = first;
  all.insert(all.end(), second.begin(), second.end());

  auto merged = record_all(first);
  merged.merge(record_all(second));

  const auto expected = record_all(all);
  EXPECT_EQ(merged.counts, expected.counts);
  EXPECT_EQ(merged.total, 1'500);
  EXPECT_EQ(merged.sum_ns, expected.sum_ns);
  EXPECT_EQ(merged.max_ns, expected.max_ns);
}

} // namespace
} // namespace maque
