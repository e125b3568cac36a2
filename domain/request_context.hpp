#pragma once

#include "domain/time.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace maque {

/// W3C Trace Context trace-id: 16 bytes, never all zero, shown as 32 lower-case hex digits.
struct trace_id {
  std::array<std::uint8_t, 16> bytes{};

  friend bool operator==(const trace_id&, const trace_id&) = default;
};

std::string to_string(const trace_id& id);

/// The trace-id of a `traceparent` header (W3C Trace Context, section 3.2.2), or nothing if the
/// header is not well-formed: then a new trace begins.
std::optional<trace_id> parse_traceparent(std::string_view header) noexcept;

/// What travels with every request from actor to actor.
struct request_context {
  trace_id trace;
  /// After this the answer is of no use: whoever finds it passed drops the work.
  steady_time deadline;
};

} // namespace maque
