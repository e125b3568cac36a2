#pragma once

#include "actors/actor_report.hpp"
#include "actors/lane_meter.hpp"
#include "actors/pool_meter.hpp"
#include "actors/process_reading.hpp"
#include "domain/time.hpp"
#include "http/route_meter.hpp"
#include "telemetry/security_log.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace maque {

/// What is read of a lane that serves clients.
struct lane_sources {
  std::uint32_t index = 0;
  const lane_meter* work = nullptr;
  const pool_meter* database = nullptr;
  const http::route_meter* routes = nullptr;
};

/// What the reports are made from. All of it outlives them and may be read by any thread.
struct report_sources {
  std::vector<const actor_meter*> actors;
  std::vector<lane_sources> lanes;
  std::vector<const security_log*> security;
  /// The data of /api/version, serialised.
  std::string version_json = "{}";
  std::string database_engine; ///< "sqlite" or "postgresql".
  std::string database_description;
  /// How it is with WeChat, as /readyz says it.
  std::function<std::string_view()> wechat_state = [] { return "unchecked"; };
  std::function<std::uint64_t()> log_dropped = [] { return std::uint64_t{0}; };
  /// The data of /admin/wechat.
  std::function<nlohmann::json()> wechat = [] { return nlohmann::json::object(); };

  const time_source* clock = nullptr;
  std::function<steady_time()> now = [] { return std::chrono::steady_clock::now(); };
  std::function<process_reading()> process = read_process;
};

/// The numbers of the server, for operators: the data of /admin/… as docs/openapi.yaml describes
/// them. For one thread, the operator lane's. Rates, busy and cpu_percent are of the time since the
/// newest earlier reading that is at least a second old (see reading_window); everything else that
/// is counted, is counted since the start.
class admin_reports {
public:
  /// Made when the server starts.
  explicit admin_reports(report_sources from);

  /// Fails with invalid_field: no such field to sort by, no such type.
  result<nlohmann::json> actors(const actor_query& asked);
  result<std::string> actors_table(const actor_query& asked);
  /// All of one type, with its messages. Fails with route_not_found.
  result<nlohmann::json> actor(std::string_view type);
  nlohmann::json lanes();
  nlohmann::json http();
  nlohmann::json db() const;
  nlohmann::json runtime();
  nlohmann::json overview();
  /// {"opened","refreshed","ended","reuse_detected"}: what happened to sessions.
  nlohmann::json session_counters() const;

  /// One event of /admin/events: {"at","overview","actors","lanes","routes","db","wechat",
  /// "sessions"}.
  nlohmann::json sample();

private:
  using route_rows = std::vector<http::route_reading>;

  result<std::vector<actor_row>> rows_for(const actor_query& asked);
  std::string known_types() const;
  route_rows gather_routes() const;
  nlohmann::json routes_of(const route_rows& rows, steady_time now);
  nlohmann::json overview_of(const route_rows& rows, steady_time now);
  double cpu_percent(const process_reading& process, steady_time now);
  std::int64_t uptime_seconds(steady_time now) const;
  std::string_view database_state() const;

  report_sources from_;
  nlohmann::json version_;
  steady_time started_;
  utc_time started_at_;
  reading_rates rates_;
  reading_window<latency_histogram::snapshot> latency_;
  std::chrono::nanoseconds cpu_at_start_; ///< What was used before, by whoever started the server.
};

} // namespace maque
