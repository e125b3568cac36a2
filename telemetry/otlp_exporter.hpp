#pragma once

#include "domain/backoff.hpp"
#include "telemetry/log.hpp"
#include "telemetry/otlp_encoding.hpp"
#include "telemetry/span_collector.hpp"
#include "telemetry/span_exporter.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <thread>

namespace maque {

struct otlp_options {
  otlp_resource resource;
  /// Traces that may wait; further ones are refused.
  std::size_t queue = 2'048;
  /// Traces in one call; one with many spans has fewer (limits::trace_batch_bytes).
  std::size_t batch = 512;
  /// How long a trace waits at most for others to be sent with.
  std::chrono::milliseconds interval{1'000};
  /// Of one call.
  std::chrono::milliseconds timeout{3'000};
  /// Between a call that has failed and the next one, whichever batch that is for.
  backoff::policy pauses{std::chrono::milliseconds{500}, std::chrono::milliseconds{30'000}};
};

/// Sends traces to a collector in batches, from a thread of its own, one call at a time. A batch
/// that the collector is too busy for is sent again, at most limits::trace_batch_tries times; one
/// that fails in another way is lost. Neither is more than a number in counters, and a line in the
/// log when it begins.
class otlp_exporter final : public span_exporter {
public:
  /// @param log has to outlive the exporter.
  otlp_exporter(otlp_options options, std::unique_ptr<span_collector> collector, log::logger& log);
  /// As stop().
  ~otlp_exporter() override;

  bool offer(finished_trace&& done) noexcept override;
  counters read() const noexcept override;

  /// Takes no more, sends what waits, and loses what the collector doesn't take at once. Returns
  /// after twice the timeout of a call at the latest: one may be under way. To be called by one
  /// thread.
  void stop() noexcept;

private:
  struct impl;
  // Shared with the thread, which outlives the exporter if the resolver doesn't answer.
  std::shared_ptr<impl> impl_;
  std::thread thread_;
};

} // namespace maque
