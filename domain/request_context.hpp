#pragma once

#include "domain/request_trail.hpp"
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

using trace_id_text = std::array<char, 32>;
trace_id_text text_of(const trace_id& id) noexcept;
std::string to_string(const trace_id& id);

/// A `traceparent` header (W3C Trace Context, section 3.2).
struct traceparent {
  trace_id trace;
  std::uint64_t parent = 0; ///< The span from which it was sent, never 0.
  bool sampled = false;     ///< Whether the sender records the trace (section 3.2.2.5).
};

/// Nothing if the header is not well-formed: then a new trace begins.
std::optional<traceparent> parse_traceparent(std::string_view header) noexcept;

using traceparent_text = std::array<char, 55>;
/// Of version 00.
traceparent_text text_of(const traceparent& header) noexcept;
std::string to_string(const traceparent& header);

/// What travels with every request from actor to actor.
struct request_context {
  trace_id trace;
  /// After this the answer is of no use: whoever finds it passed drops the work.
  steady_time deadline;
  /// Where those who work at the request record what it took; null where nobody asks.
  trail_ptr trail{};
};

} // namespace maque
