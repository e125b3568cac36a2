#pragma once

#include "telemetry/latency_histogram.hpp"

#include <array>
#include <prometheus/metric_family.h>
#include <span>
#include <vector>

namespace maque::metric_families {

/// The bounds of the buckets of requests and what is done for them, in seconds: from the 50
/// microseconds of one that is answered within its lane to the 10 seconds of one whose deadline has
/// come.
inline constexpr std::array<double, 17> duration_bounds = {
    0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
    0.05,    0.1,    0.25,    0.5,    1.0,   2.5,    5.0,   10.0};

/// Adds a histogram in seconds. Count and sum are exact; what lies within an eighth below a bound
/// may be counted beyond it, for the reading's own buckets are that wide.
/// @param bounds rising.
void add_histogram(prometheus::MetricFamily& to,
                   std::vector<prometheus::ClientMetric::Label> labels,
                   const latency_histogram::snapshot& read,
                   std::span<const double> bounds = duration_bounds);

} // namespace maque::metric_families
