#include "actors/lane_metrics.hpp"

#include "actors/metric_families.hpp"
#include "actors/metric_histogram.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace maque {

namespace {

using metric_families::add;
using metric_families::add_histogram;
using metric_families::family;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr std::array<std::string_view, 6> status_classes = {"other", "1xx", "2xx",
                                                            "3xx",   "4xx", "5xx"};

constexpr std::size_t first_usual_class = 2;

using route_key = std::pair<std::string_view, std::string_view>;

/// Of all lanes together.
std::map<route_key, http::route_reading> read_routes(const std::vector<lane_sources>& lanes) {
  std::map<route_key, http::route_reading> all;
  for (const lane_sources& lane : lanes) {
    if (lane.routes == nullptr) continue;
    for (const http::route_reading& read : lane.routes->read()) {
      const auto [place, is_new] = all.try_emplace({read.route.method, read.route.pattern}, read);
      if (!is_new) place->second.merge(read);
    }
  }
  return all;
}

void add_routes(const std::map<route_key, http::route_reading>& routes,
                std::vector<MetricFamily>& to) {
  auto requests =
      family("maque_http_requests_total",
             "Requests that were answered, by the class of the status.", MetricType::Counter);
  auto durations = family("maque_http_request_duration_seconds",
                          "From a request's first byte to the answer.", MetricType::Histogram);
  for (const auto& [key, read] : routes) {
    const std::string method{key.first};
    const std::string route{key.second};
    for (std::size_t status = 0; status < read.statuses.size(); ++status)
      // A counter that is there from the first request on has rates from the first failure on.
      if (status >= first_usual_class || read.statuses[status] != 0)
        add(requests,
            {{"method", method}, {"route", route}, {"status", std::string{status_classes[status]}}},
            static_cast<double>(read.statuses[status]));
    add_histogram(durations, {{"method", method}, {"route", route}}, read.whole);
  }
  to.push_back(std::move(requests));
  to.push_back(std::move(durations));
}

void add_stages(const std::map<route_key, http::route_reading>& routes,
                std::vector<MetricFamily>& to) {
  auto stages =
      family("maque_http_stage_duration_seconds",
             "What the time of requests goes to, of a sample of them.", MetricType::Histogram);
  for (std::size_t stage = 0; stage < http::stage_count; ++stage) {
    latency_histogram::snapshot all;
    for (const auto& [key, read] : routes)
      all.merge(read.stages[stage]);
    add_histogram(stages, {{"stage", std::string{http::stage_names[stage]}}}, all);
  }
  to.push_back(std::move(stages));
}

double in_seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>{time}.count();
}

void add_lanes(const std::vector<lane_sources>& lanes, std::vector<MetricFamily>& to) {
  struct column {
    const char* name;
    const char* help;
    MetricType type;
    double (*value)(const lane_meter::reading&);
  };
  using reading = lane_meter::reading;
  constexpr std::array<column, 5> columns = {{
      {"maque_lane_connections", "Connections that are open.", MetricType::Gauge,
       [](const reading& of) { return static_cast<double>(of.connections); }},
      {"maque_lane_requests_in_flight", "Requests without an answer.", MetricType::Gauge,
       [](const reading& of) { return static_cast<double>(of.in_flight); }},
      {"maque_lane_requests_total", "Requests that have come.", MetricType::Counter,
       [](const reading& of) { return static_cast<double>(of.requests); }},
      {"maque_lane_cpu_seconds_total", "What the lane's thread has used of a core.",
       MetricType::Counter, [](const reading& of) { return in_seconds(of.cpu); }},
      {"maque_lane_longest_turn_seconds",
       "How long the lane was at one thing at most, of the last 10 to 20 seconds.",
       MetricType::Gauge, [](const reading& of) { return in_seconds(of.longest_turn); }},
  }};
  for (const column& each : columns) {
    auto made = family(each.name, each.help, each.type);
    for (const lane_sources& lane : lanes)
      add(made, {{"lane", std::to_string(lane.index)}}, each.value(lane.work->read()));
    to.push_back(std::move(made));
  }
}

using pool_readings = std::map<std::string, pool_meter::reading>;

/// One family of the pools, with a sample for each lane and each value of `label`.
struct pool_column {
  const char* name;
  const char* help;
  MetricType type;
  const char* label; ///< Null: there is none.
  std::vector<std::pair<const char*, double (*)(const pool_meter::reading&)>> values;
};

std::vector<pool_column> pool_columns() {
  using reading = pool_meter::reading;
  return {
      {"maque_database_workers",
       "Threads of a lane that wait for the database or for work.",
       MetricType::Gauge,
       "state",
       {{"idle", [](const reading& of) { return static_cast<double>(of.idle); }},
        {"busy", [](const reading& of) { return static_cast<double>(of.busy); }},
        {"lost", [](const reading& of) { return static_cast<double>(of.lost); }}}},
      {"maque_database_requests_waiting",
       "Requests to the database that wait for a worker.",
       MetricType::Gauge,
       nullptr,
       {{"", [](const reading& of) { return static_cast<double>(of.waiting); }}}},
      {"maque_database_requests_total",
       "Requests to the database.",
       MetricType::Counter,
       "kind",
       {{"read", [](const reading& of) { return static_cast<double>(of.reads); }},
        {"write", [](const reading& of) { return static_cast<double>(of.writes); }}}},
      {"maque_database_failures_total",
       "Requests to the database that have failed.",
       MetricType::Counter,
       nullptr,
       {{"", [](const reading& of) { return static_cast<double>(of.failed); }}}},
      {"maque_database_batches_total",
       "Batches in which requests went to the database.",
       MetricType::Counter,
       "kind",
       {{"read", [](const reading& of) { return static_cast<double>(of.read_batches.count); }},
        {"write", [](const reading& of) { return static_cast<double>(of.write_batches.count); }}}},
      {"maque_database_batched_requests_total",
       "Requests in these batches.",
       MetricType::Counter,
       "kind",
       {{"read", [](const reading& of) { return static_cast<double>(of.read_batches.requests); }},
        {"write",
         [](const reading& of) { return static_cast<double>(of.write_batches.requests); }}}},
  };
}

void add_pools(const std::vector<lane_sources>& lanes, std::vector<MetricFamily>& to) {
  pool_readings read;
  auto waits = family("maque_database_wait_seconds", "How long batches have waited for a worker.",
                      MetricType::Histogram);
  auto works = family("maque_database_work_seconds", "How long the database was at batches.",
                      MetricType::Histogram);
  latency_histogram::snapshot waited;
  latency_histogram::snapshot worked;
  for (const lane_sources& lane : lanes) {
    const auto& of_lane = read.emplace(std::to_string(lane.index), lane.database->read()).first;
    waited.merge(of_lane->second.wait);
    worked.merge(of_lane->second.work);
  }
  for (const pool_column& each : pool_columns()) {
    auto made = family(each.name, each.help, each.type);
    for (const auto& [lane, values] : read)
      for (const auto& [label, value] : each.values) {
        std::vector<prometheus::ClientMetric::Label> labels{{"lane", lane}};
        if (each.label != nullptr) labels.push_back({each.label, label});
        add(made, std::move(labels), value(values));
      }
    to.push_back(std::move(made));
  }
  add_histogram(waits, {}, waited);
  add_histogram(works, {}, worked);
  to.push_back(std::move(waits));
  to.push_back(std::move(works));
}

} // namespace

void add_lane_metrics(const std::vector<lane_sources>& lanes, std::vector<MetricFamily>& to) {
  const auto routes = read_routes(lanes);
  add_routes(routes, to);
  add_stages(routes, to);
  add_lanes(lanes, to);
  add_pools(lanes, to);
}

} // namespace maque
