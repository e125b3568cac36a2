#pragma once

#include "actors/admin_report.hpp"

#include <prometheus/metric_family.h>
#include <vector>

namespace maque {

/// Requests by route, their times and stages, lanes, and the ways to the database. The labels'
/// values are lanes, and the methods and patterns of routes that were asked for; a lane without
/// `routes` has none that are shown.
void add_lane_metrics(const std::vector<lane_sources>& lanes,
                      std::vector<prometheus::MetricFamily>& to);

} // namespace maque
