#pragma once

#include "domain/request_context.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace maque {

/// W3C Trace Context parent-id: 8 bytes; all zero means that there is none.
using span_id = std::array<std::uint8_t, 8>;

/// The numbers are OTLP's (opentelemetry/proto/trace/v1/trace.proto, Span.SpanKind).
enum class span_kind : std::uint8_t { internal = 1, server = 2, client = 3 };

/// What is known of a span beyond its times. Nothing secret, and nothing that a user has typed.
struct span_attribute {
  std::string_view name; ///< A literal: it outlives all spans.
  std::variant<std::int64_t, bool, std::string> value;
};

/// One piece of work within a trace. Times are nanoseconds since 1970-01-01T00:00:00Z.
struct span {
  span_id id{};
  span_id parent{}; ///< All zero: the trace begins here.
  std::string name; ///< Of few values: "GET /api/user/info", never an id.
  span_kind kind = span_kind::internal;
  std::int64_t start_unix_ns = 0;
  std::int64_t end_unix_ns = 0;
  bool failed = false;
  std::vector<span_attribute> attributes;
};

/// All that this process knows of a trace.
struct finished_trace {
  trace_id trace;
  std::vector<span> spans; ///< The first is the request.
};

} // namespace maque
