#pragma once

#include "telemetry/trace_spans.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// OTLP's messages in protobuf's binary form, as opentelemetry/proto/collector/trace/v1/
/// trace_service.proto and what it imports define them.
namespace maque {

/// Who has recorded the spans (OpenTelemetry's semantic conventions, "Resource").
struct otlp_resource {
  std::string service_name;
  std::string service_version;
  std::string instance_id; ///< Of this process, unlike that of any other.
  std::string host_name;
  std::int64_t process_id = 0;
};

/// This process' own, with an instance_id by chance.
otlp_resource resource_of_this_process(std::string service_name, std::string service_version);

struct otlp_batch {
  std::string body; ///< An ExportTraceServiceRequest.
  std::size_t traces = 0;
  std::uint64_t spans = 0; ///< Of these traces.
};

/// Encodes traces from the first on, as many as begin within `bytes_max`; at least one.
otlp_batch encode_traces(const otlp_resource& resource, std::span<const finished_trace> traces,
                         std::size_t bytes_max);

/// How many spans the collector has not taken by its ExportTraceServiceResponse; nothing if `body`
/// is none.
std::optional<std::uint64_t> parse_rejected_spans(std::string_view body) noexcept;

} // namespace maque
