#pragma once

#include "actors/message_meter.hpp"
#include "domain/limits.hpp"
#include "domain/request_trail.hpp"
#include "http/exchange.hpp"
#include "http/request_times.hpp"
#include "http/trace_ids.hpp"

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

namespace maque {
class span_exporter;
} // namespace maque

namespace maque::http {

struct tracing_options {
  /// Who takes the traces; null: traces are off.
  std::shared_ptr<span_exporter> exporter;
  /// The part of requests whose traces leave the process, 0 to 1, of those that come without a
  /// `traceparent`; what comes with one does as that says. Failed (5xx) and slow ones always do.
  double ratio = 0.01;
  std::chrono::milliseconds slow{1'000};
};

/// Gives each request of a lane its trace id and its trail, and decides in the end who gets to see
/// the spans.
class request_tracer {
public:
  request_tracer(tracing_options options, std::uint64_t random_seed)
      : options_{std::move(options)}, ids_{random_seed} {
    spare_.reserve(limits::spare_trails);
  }

  /// From the next request on.
  void change(double ratio, std::chrono::milliseconds slow) noexcept {
    options_.ratio = ratio;
    options_.slow = slow;
  }

  bool is_on() const noexcept { return options_.exporter != nullptr; }

  void begin(exchange& arrived);
  /// Tells the client of the span, if it has one of its own or the trace will be seen.
  static void answer(exchange& answered);
  /// Takes the trail away.
  void end(exchange& ended, const request_times& times) noexcept;

  /// Whether the ratio takes a trace: the same answer wherever it is asked.
  static bool is_chosen(const trace_id& trace, double ratio) noexcept;

private:
  trail_ptr fresh_trail();
  void end_spans(const exchange& ended, const request_times& times) noexcept;
  void offer(const exchange& ended);

  tracing_options options_;
  trace_ids ids_;
  kind_names kinds_;
  /// The last one is taken first: it is in the cache of the core.
  std::vector<trail_ptr> spare_;
};

} // namespace maque::http
