#pragma once

#include <prometheus/metric_family.h>
#include <string>
#include <utility>
#include <vector>

/// The few words that all that makes metrics shares.
namespace maque::metric_families {

inline prometheus::MetricFamily family(std::string name, std::string help,
                                       prometheus::MetricType type) {
  prometheus::MetricFamily made;
  made.name = std::move(name);
  made.help = std::move(help);
  made.type = type;
  return made;
}

/// Adds a sample of a gauge or a counter.
inline void add(prometheus::MetricFamily& to, std::vector<prometheus::ClientMetric::Label> labels,
                double value) {
  prometheus::ClientMetric sample;
  sample.label = std::move(labels);
  if (to.type == prometheus::MetricType::Gauge)
    sample.gauge.value = value;
  else
    sample.counter.value = value;
  to.metric.push_back(std::move(sample));
}

} // namespace maque::metric_families
