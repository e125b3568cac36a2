#pragma once

#include "actors/actor_meter.hpp"
#include "actors/admin_report.hpp"
#include "actors/lane_metrics.hpp"
#include "actors/process_metrics.hpp"
#include "actors/push_counters.hpp"
#include "actors/wechat_meter.hpp"
#include "telemetry/security_log.hpp"
#include "telemetry/span_exporter.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace maque {

/// What /metrics and the operator's reports show; all of it outlives the collector and may be read
/// by any thread.
struct metric_sources {
  std::vector<const actor_meter*> actors;
  std::vector<lane_sources> lanes;
  std::vector<const security_log*> security; ///< Of each lane; shown added up.
  const push_counters* pushes = nullptr;
  const wechat_meter* wechat = nullptr;
  const log::writer* log = nullptr;
  const span_exporter* traces = nullptr; ///< Null: traces are off.
  std::string database;                  ///< Where the data is, for people.
  build_identity build;
  utc_time started;
};

/// All metrics in Prometheus' text format, version 0.0.4. Names and labels are in
/// docs/operations.md; the label values are bounded: kinds and reasons of security events, types of
/// actors, lanes, routes that were asked for, appids of the settings, endpoints of WeChat, the
/// events of push_labels().
std::string render_metrics(const metric_sources& from);

} // namespace maque
