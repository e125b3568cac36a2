#pragma once

#include "actors/lane_meter.hpp"
#include "actors/pool_meter.hpp"
#include "http/route_meter.hpp"

#include <cstdint>
#include <prometheus/metric_family.h>
#include <vector>

namespace maque {

/// The meters of one lane; all of them outlive who reads them.
struct lane_meters {
  std::uint32_t index = 0;
  const lane_meter* turns = nullptr;
  const pool_meter* database = nullptr;
  const http::route_meter* routes = nullptr; ///< Null: its requests are not shown.
};

/// Requests by route, their times and stages, lanes, and the ways to the database. The labels'
/// values are lanes, and the methods and patterns of routes that were asked for.
void add_lane_metrics(const std::vector<lane_meters>& lanes,
                      std::vector<prometheus::MetricFamily>& to);

} // namespace maque
