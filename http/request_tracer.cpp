#include "http/request_tracer.hpp"

#include "domain/limits.hpp"
#include "domain/metering.hpp"
#include "http/span_text.hpp"
#include "telemetry/span_exporter.hpp"

#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace maque::http {

void request_tracer::begin(exchange& arrived) {
  const auto header = arrived.incoming.field("traceparent");
  const auto caller = header ? parse_traceparent(*header) : std::nullopt;
  arrived.context.trace = caller ? caller->trace : ids_.next();
  if constexpr (!is_metered) return;
  arrived.context.trail = fresh_trail();
  request_trail& trail = *arrived.context.trail;
  if (!is_on()) return;
  const bool sampled = caller ? caller->sampled : is_chosen(arrived.context.trace, options_.ratio);
  trail.begin_spans(ids_.next_span(), caller ? caller->parent : 0, sampled);
}

trail_ptr request_tracer::fresh_trail() {
  if (spare_.empty()) return trail_ptr{new request_trail};
  trail_ptr last = std::move(spare_.back());
  spare_.pop_back();
  last->restart();
  return last;
}

bool request_tracer::is_chosen(const trace_id& trace, double ratio) noexcept {
  // The last 7 bytes of a trace id are its random part (W3C Trace Context level 2,
  // section 3.2.2.3).
  std::uint64_t random = 0;
  for (std::size_t at = 9; at < trace.bytes.size(); ++at)
    random = random << 8U | trace.bytes[at];
  constexpr double values = 72'057'594'037'927'936.0; // 2^56
  return static_cast<double>(random) < ratio * values;
}

void request_tracer::answer(exchange& answered) {
  const request_trail* const trail = answered.context.trail.get();
  if (trail == nullptr || !trail->records_spans()) return;
  if (!trail->sampled() && trail->caller() == 0) return;
  const traceparent_text text =
      text_of(traceparent{answered.context.trace, trail->root(), trail->sampled()});
  std::string& headers = answered.outgoing.headers;
  constexpr std::string_view name = "traceparent: ";
  headers.reserve(headers.size() + name.size() + text.size() + 2);
  headers.append(name).append(text.data(), text.size()).append("\r\n");
}

void request_tracer::end(exchange& ended, const request_times& times) noexcept {
  const trail_ptr& trail = ended.context.trail;
  if (!trail) return;
  if (trail->records_spans()) end_spans(ended, times);
  // Whoever else still has it will be the last one.
  if (trail->use_count() == 1 && spare_.size() < limits::spare_trails)
    spare_.push_back(std::move(ended.context.trail));
  ended.context.trail.reset();
}

void request_tracer::end_spans(const exchange& ended, const request_times& times) noexcept {
  request_trail& trail = *ended.context.trail;
  if (!trail.sampled() && ended.outgoing.status < 500 && times.whole < options_.slow)
    return trail.stop();
  try {
    offer(ended);
  } catch (const std::exception&) {
    trail.stop(); // No memory for it: the request was answered all the same.
  }
}

void request_tracer::offer(const exchange& ended) {
  options_.exporter->offer(trace_of(ended, ended.context.trail->finish(), kinds_));
}

} // namespace maque::http
