#include "actors/process_metrics.hpp"

#include "actors/metric_families.hpp"
#include "actors/process_reading.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <limits>
#include <utility>

namespace maque {

build_identity build_identity_of(const std::string& version_json) {
  const auto read = nlohmann::json::parse(version_json);
  return {read.value("version", ""), read.value("commit", "")};
}

void add_process_metrics(const build_identity& build, utc_time started,
                         std::vector<prometheus::MetricFamily>& to) {
  using prometheus::MetricType;
  const auto show = [&to](const char* name, const char* help, MetricType type, double value,
                          std::vector<prometheus::ClientMetric::Label> labels = {}) {
    auto made = metric_families::family(name, help, type);
    metric_families::add(made, std::move(labels), value);
    to.push_back(std::move(made));
  };
  const auto seconds = [](auto time) { return std::chrono::duration<double>{time}.count(); };
  const process_reading now = read_process();
  show("maque_build_info", "The build, in the labels.", MetricType::Gauge, 1,
       {{"version", build.version}, {"commit", build.commit}});
  show("process_start_time_seconds", "When it started, in seconds since 1970.", MetricType::Gauge,
       seconds(started.time_since_epoch()));
  show("process_cpu_seconds_total", "CPU of all threads.", MetricType::Counter, seconds(now.cpu));
  show("process_resident_memory_bytes", "Memory in use.", MetricType::Gauge,
       static_cast<double>(now.memory_bytes));
  show("process_threads", "Threads.", MetricType::Gauge, static_cast<double>(now.threads));
  show("process_open_fds", "Descriptors in use.", MetricType::Gauge,
       static_cast<double>(now.descriptors));
  show("process_max_fds", "Descriptors that it may have.", MetricType::Gauge,
       now.descriptors_max != 0 ? static_cast<double>(now.descriptors_max)
                                : std::numeric_limits<double>::infinity());
}

} // namespace maque
