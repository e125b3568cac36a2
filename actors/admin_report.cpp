#include "actors/admin_report.hpp"

#include <algorithm>
#include <set>
#include <thread>
#include <utility>

namespace maque {

namespace {

constexpr std::size_t messages_shown = 20;

nlohmann::json to_json(const std::vector<actor_row>& rows) {
  nlohmann::json made = nlohmann::json::array();
  for (const actor_row& row : rows)
    made.push_back(maque::to_json(row));
  return made;
}

nlohmann::json to_json(const pool_meter::batches& of) {
  const double mean =
      of.count == 0 ? 0 : static_cast<double>(of.requests) / static_cast<double>(of.count);
  return {{"count", of.count}, {"mean_size", rounded(mean)}};
}

/// A counter of nanoseconds by its rate: how many cores it keeps busy.
double to_share(double ns_per_second) noexcept {
  return ns_per_second / 1e9;
}

} // namespace

admin_reports::admin_reports(report_sources from)
    : from_{std::move(from)},
      version_(nlohmann::json::parse(from_.version_json)), started_{from_.now()},
      started_at_{from_.clock->now()}, rates_{started_}, latency_{started_},
      cpu_at_start_{from_.process().cpu} {}

// Actors -----------------------------------------------------------------------------------------

result<nlohmann::json> admin_reports::actors(const actor_query& asked) {
  return rows_for(asked).map([](const std::vector<actor_row>& rows) {
    return nlohmann::json{{"node", local_node}, {"actors", to_json(rows)}};
  });
}

result<std::string> admin_reports::actors_table(const actor_query& asked) {
  return rows_for(asked).map([](const std::vector<actor_row>& rows) { return to_table(rows); });
}

result<nlohmann::json> admin_reports::actor(std::string_view type) {
  const auto rows = gather_actors(from_.actors, type, rates_, from_.now());
  if (type.empty() || rows.empty()) return fail(errc::route_not_found, "actors: " + known_types());
  return nlohmann::json{{"type", type},
                        {"instances", to_json(rows)},
                        {"messages", gather_messages(from_.actors, type, messages_shown)}};
}

result<std::vector<actor_row>> admin_reports::rows_for(const actor_query& asked) {
  auto rows = gather_actors(from_.actors, asked.type, rates_, from_.now());
  if (rows.empty() && !asked.type.empty())
    return fail(errc::invalid_field, "type: one of " + known_types());
  if (auto sorted = sort_actors(rows, asked.sort); !sorted)
    return tl::unexpected{std::move(sorted.error())};
  return rows;
}

std::string admin_reports::known_types() const {
  std::set<std::string> types;
  for (const actor_meter* const meter : from_.actors)
    types.insert(meter->type());
  std::string listed;
  for (const std::string& type : types)
    listed += (listed.empty() ? "" : ", ") + type;
  return listed;
}

// Lanes, requests, database ----------------------------------------------------------------------

nlohmann::json admin_reports::lanes() {
  const steady_time now = from_.now();
  nlohmann::json made = nlohmann::json::array();
  for (const lane_sources& lane : from_.lanes) {
    const auto read = lane.work->read();
    const std::string key = "lane/" + std::to_string(lane.index);
    // The lane reads its CPU clock itself, once a tick: the rate is by the times of those readings.
    const double busy = to_share(
        rates_.per_second(key + "/cpu", static_cast<std::uint64_t>(read.cpu.count()), read.at));
    made.push_back({{"lane", lane.index},
                    {"connections", read.connections},
                    {"in_flight", read.in_flight},
                    {"requests", read.requests},
                    {"per_second", rounded(rates_.per_second(key, read.requests, now))},
                    {"busy", rounded(std::min(busy, 1.0))},
                    {"longest_turn_us", to_us(read.longest_turn)}});
  }
  return {{"lanes", std::move(made)}};
}

nlohmann::json admin_reports::http() {
  return {{"routes", routes_of(gather_routes(), from_.now())}};
}

admin_reports::route_rows admin_reports::gather_routes() const {
  route_rows rows;
  for (const lane_sources& lane : from_.lanes) {
    for (const auto& read : lane.routes->read()) {
      const auto known = std::ranges::find_if(rows, [&](const http::route_reading& row) {
        return row.route.method == read.route.method && row.route.pattern == read.route.pattern;
      });
      if (known == rows.end())
        rows.push_back(read);
      else
        known->merge(read);
    }
  }
  std::ranges::sort(rows, {}, [](const http::route_reading& row) {
    return std::pair{row.route.pattern, row.route.method};
  });
  return rows;
}

nlohmann::json admin_reports::routes_of(const route_rows& rows, steady_time now) {
  nlohmann::json made = nlohmann::json::array();
  for (const http::route_reading& row : rows) {
    const std::string key =
        "route/" + std::string{row.route.method} + " " + std::string{row.route.pattern};
    nlohmann::json statuses;
    for (std::size_t digit = 2; digit < row.statuses.size(); ++digit)
      statuses[std::to_string(digit) + "xx"] = row.statuses[digit];
    nlohmann::json stages;
    for (std::size_t index = 0; index < http::stage_count; ++index)
      stages[std::string{http::stage_names[index]}] = maque::to_json(row.stages[index]);
    made.push_back({{"method", row.route.method},
                    {"route", row.route.pattern},
                    {"count", row.count},
                    {"per_second", rounded(rates_.per_second(key, row.count, now))},
                    {"statuses", std::move(statuses)},
                    {"latency", maque::to_json(row.whole)},
                    {"stages", std::move(stages)}});
  }
  return made;
}

nlohmann::json admin_reports::db() const {
  nlohmann::json pools = nlohmann::json::array();
  pool_meter::reading all;
  for (const lane_sources& lane : from_.lanes) {
    const auto read = lane.database->read();
    pools.push_back({{"lane", lane.index},
                     {"workers", read.workers},
                     {"idle", read.idle},
                     {"busy", read.busy},
                     {"lost", read.lost},
                     {"waiting", read.waiting},
                     {"waiting_max", read.waiting_max},
                     {"reads", read.reads},
                     {"writes", read.writes},
                     {"failed", read.failed}});
    all.read_batches.count += read.read_batches.count;
    all.read_batches.requests += read.read_batches.requests;
    all.write_batches.count += read.write_batches.count;
    all.write_batches.requests += read.write_batches.requests;
    all.wait.merge(read.wait);
    all.work.merge(read.work);
  }
  return {{"engine", from_.database_engine},
          {"description", from_.database_description},
          {"pools", std::move(pools)},
          {"read_batches", to_json(all.read_batches)},
          {"write_batches", to_json(all.write_batches)},
          {"waiting", maque::to_json(all.wait)},
          {"working", maque::to_json(all.work)}};
}

// The process ------------------------------------------------------------------------------------

double admin_reports::cpu_percent(const process_reading& process, steady_time now) {
  const auto cpu = static_cast<std::uint64_t>((process.cpu - cpu_at_start_).count());
  return rounded(100 * to_share(rates_.per_second("process/cpu", cpu, now)));
}

std::int64_t admin_reports::uptime_seconds(steady_time now) const {
  return std::chrono::duration_cast<std::chrono::seconds>(now - started_).count();
}

nlohmann::json admin_reports::runtime() {
  const steady_time now = from_.now();
  const process_reading process = from_.process();
  return {{"version", version_},
          {"pid", process.pid},
          {"started_at", to_rfc3339(started_at_)},
          {"uptime_seconds", uptime_seconds(now)},
          {"cores", std::thread::hardware_concurrency()},
          {"cpu_percent", cpu_percent(process, now)},
          {"cpu_seconds", rounded(std::chrono::duration<double>{process.cpu}.count())},
          {"memory_bytes", process.memory_bytes},
          {"memory_peak_bytes", process.memory_peak_bytes},
          {"descriptors", process.descriptors},
          {"descriptors_max", process.descriptors_max},
          {"threads", process.threads}};
}

std::string_view admin_reports::database_state() const {
  bool tried = false;
  for (const lane_sources& lane : from_.lanes) {
    const auto read = lane.database->read();
    if (read.lost != 0 && read.idle + read.busy == 0) return "unavailable";
    tried = tried || read.workers != 0;
  }
  return tried ? "ok" : "unchecked";
}

nlohmann::json admin_reports::overview() {
  return overview_of(gather_routes(), from_.now());
}

nlohmann::json admin_reports::overview_of(const route_rows& rows, steady_time now) {
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;
  latency_histogram::snapshot latency;
  for (const http::route_reading& row : rows) {
    requests += row.count;
    errors += row.statuses[5];
    latency.merge(row.whole);
  }
  std::uint64_t connections = 0;
  std::uint64_t in_flight = 0;
  for (const lane_sources& lane : from_.lanes) {
    const auto read = lane.work->read();
    connections += read.connections;
    in_flight += read.in_flight;
  }
  const process_reading process = from_.process();
  const auto lately = recorded_since(latency_.compare(latency, now).value, latency);
  return {{"requests_per_second", rounded(rates_.per_second("requests", requests, now))},
          {"errors_per_second", rounded(rates_.per_second("errors", errors, now))},
          {"latency", maque::to_json(lately)},
          {"connections", connections},
          {"in_flight", in_flight},
          {"cpu_percent", cpu_percent(process, now)},
          {"memory_bytes", process.memory_bytes},
          {"uptime_seconds", uptime_seconds(now)},
          {"ready", {{"database", database_state()}, {"wechat", from_.wechat_state()}}},
          {"log_dropped", from_.log_dropped()}};
}

nlohmann::json admin_reports::session_counters() const {
  const auto counted = [this](std::string_view kind) {
    std::uint64_t sum = 0;
    for (const security_event_info& each : all_security_events())
      if (each.kind == kind)
        for (const security_log* const lane : from_.security)
          sum += lane->count(each.value);
    return sum;
  };
  return {{"opened", counted("login_succeeded")},
          {"refreshed", counted("session_refreshed")},
          {"ended", counted("session_ended")},
          {"reuse_detected", counted("reuse_detected")}};
}

nlohmann::json admin_reports::sample() {
  const steady_time now = from_.now();
  const route_rows routes = gather_routes();
  return {{"at", to_rfc3339(from_.clock->now())},
          {"overview", overview_of(routes, now)},
          {"actors", to_json(gather_actors(from_.actors, {}, rates_, now))},
          {"lanes", lanes().at("lanes")},
          {"routes", routes_of(routes, now)},
          {"db", db()},
          {"wechat", from_.wechat()},
          {"sessions", session_counters()}};
}

} // namespace maque
