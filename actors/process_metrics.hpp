#pragma once

#include "domain/time.hpp"

#include <prometheus/metric_family.h>
#include <string>
#include <vector>

namespace maque {

/// Of what build the process is.
struct build_identity {
  std::string version;
  std::string commit;
};

/// @param version_json the data of /api/version.
build_identity build_identity_of(const std::string& version_json);

/// What the process uses of the machine, by the names that Prometheus' client libraries have for
/// it.
void add_process_metrics(const build_identity& build, utc_time started,
                         std::vector<prometheus::MetricFamily>& to);

} // namespace maque
