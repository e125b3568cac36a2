#pragma once

#include "domain/secret.hpp"
#include "domain/time.hpp"
#include "telemetry/span_exporter.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace maque {

/// What became of one call to a collector.
struct collector_answer {
  std::optional<export_failure> failure; ///< Nothing: it has taken the batch.
  /// For people, if it failed: "status 503".
  std::string cause;
  /// The batch was not taken, and may be a little later.
  bool may_repeat = false;
  /// How long it wants to be left alone; zero if it doesn't say.
  std::chrono::milliseconds pause{0};
  std::uint64_t rejected_spans = 0; ///< Of a batch that it has taken.
};

/// A way to a collector, for the use of one thread; blocking.
class span_collector {
public:
  virtual ~span_collector() = default;

  /// @param request an ExportTraceServiceRequest.
  virtual collector_answer send(const std::string& request, steady_time deadline) = 0;
};

/// By OTLP/HTTP 1.0 with protobuf's binary form. Redirects are not followed, certificates are
/// verified; the deadline is on the whole call, but for the resolver.
/// @param endpoint "http[s]://host[:port][/path]"; without a path it is /v1/traces.
/// @param headers each "name: value".
std::unique_ptr<span_collector> make_http_span_collector(const std::string& endpoint,
                                                         const std::vector<secret>& headers);

} // namespace maque
