#include "http/span_text.hpp"

#include "http/router.hpp"

#include <algorithm>
#include <string>

namespace maque::http {

namespace {

span_id id_of(std::uint64_t number) noexcept {
  span_id made{};
  for (std::size_t at = made.size(); at-- > 0; number >>= 8U)
    made[at] = static_cast<std::uint8_t>(number);
  return made;
}

/// What has to be added to the clock that durations are measured in.
std::int64_t unix_offset_ns() noexcept {
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  const auto steady = std::chrono::steady_clock::now().time_since_epoch();
  return (wall - steady) / std::chrono::nanoseconds{1};
}

std::int64_t unix_ns(steady_time time, std::int64_t offset) noexcept {
  return time.time_since_epoch() / std::chrono::nanoseconds{1} + offset;
}

span span_of_request(const exchange& ended, std::int64_t offset) {
  const std::string_view method = to_string(ended.incoming.verb());
  const bool is_routed = ended.matched != nullptr;
  span made;
  made.id = id_of(ended.context.trail->root());
  made.parent = id_of(ended.context.trail->caller());
  made.name = method;
  if (is_routed) made.name.append(" ").append(ended.matched->pattern);
  made.kind = span_kind::server;
  made.start_unix_ns = unix_ns(ended.started, offset);
  made.end_unix_ns = unix_ns(std::max(ended.answered_at, ended.written_at), offset);
  made.failed = ended.outgoing.status >= 500;
  // The names are those of OpenTelemetry's semantic conventions for HTTP.
  made.attributes.push_back({"http.request.method", std::string{method}});
  if (is_routed) made.attributes.push_back({"http.route", std::string{ended.matched->pattern}});
  made.attributes.push_back({"http.response.status_code", std::int64_t{ended.outgoing.status}});
  return made;
}

span span_of(const trail_span& recorded, std::int64_t offset, kind_names& names) {
  span made;
  made.id = id_of(recorded.id);
  made.parent = id_of(recorded.parent);
  made.name = recorded.name;
  if (recorded.message != nullptr) made.name.append("/").append(names.of(recorded.message->name()));
  made.kind = recorded.outbound ? span_kind::client : span_kind::internal;
  made.start_unix_ns = unix_ns(recorded.start, offset);
  made.end_unix_ns = unix_ns(recorded.end, offset);
  made.failed = recorded.failed;
  for (const trail_note& note : recorded.notes) {
    if (note.name.empty()) continue;
    if (note.text.empty())
      made.attributes.push_back({note.name, note.number});
    else
      made.attributes.push_back({note.name, std::string{note.text}});
  }
  return made;
}

} // namespace

finished_trace trace_of(const exchange& ended, const request_trail::recording& recorded,
                        kind_names& names) {
  const std::int64_t offset = unix_offset_ns();
  finished_trace made{ended.context.trace, {}};
  made.spans.reserve(recorded.spans.size() + 1);
  made.spans.push_back(span_of_request(ended, offset));
  if (const auto resolution = ended.context.trail->hop_resolution(); resolution.count() > 0)
    made.spans.front().attributes.push_back(
        {"maque.hop_resolution_us", resolution / std::chrono::microseconds{1}});
  if (recorded.lost > 0)
    made.spans.front().attributes.push_back(
        {"maque.lost_spans", static_cast<std::int64_t>(recorded.lost)});
  for (const trail_span& each : recorded.spans) {
    span& shown = made.spans.emplace_back(span_of(each, offset, names));
    // The time of a hop may be rounded to one at which the request was not there yet.
    shown.start_unix_ns = std::max(shown.start_unix_ns, made.spans.front().start_unix_ns);
    shown.end_unix_ns = std::max(shown.end_unix_ns, shown.start_unix_ns);
  }
  return made;
}

} // namespace maque::http
