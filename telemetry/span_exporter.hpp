#pragma once

#include "telemetry/trace_spans.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string_view>

namespace maque {

/// Why traces are lost, or a call to the collector has failed.
enum class export_failure : std::uint8_t {
  queue_full,    ///< More were offered than the collector took.
  no_connection, ///< Refused, unreachable, not trusted, or broken before there was an answer.
  late,          ///< No whole answer in time.
  refused,       ///< A status that is not a success.
  nonsense,      ///< A success that is not an answer of OTLP, or longer than one may be.
  stopped,       ///< The process ended before they could be sent.
};

/// The labels of /metrics, in the order of the enumerators.
inline constexpr std::array<std::string_view, 6> export_failure_names = {
    "queue_full", "no_connection", "late", "refused", "nonsense", "stopped"};

/// Takes what was recorded of requests and brings it to a collector, or loses it: whoever offers
/// never waits and never hears of a failure. Safe for use by several threads.
class span_exporter {
public:
  /// Since the process began.
  struct counters {
    using by_failure = std::array<std::uint64_t, export_failure_names.size()>;

    std::uint64_t exported = 0;       ///< Traces that the collector has taken.
    std::uint64_t rejected_spans = 0; ///< That it has not, of batches that it has taken.
    by_failure dropped_by{};          ///< Traces that were lost.
    by_failure failed_batches_by{};   ///< Calls that have failed; some were made once more.

    std::uint64_t refused() const noexcept {
      return dropped_by[static_cast<std::size_t>(export_failure::queue_full)];
    }
    /// All that were lost but those that were refused.
    std::uint64_t dropped() const noexcept { return sum(dropped_by) - refused(); }
    std::uint64_t failed_batches() const noexcept { return sum(failed_batches_by); }

  private:
    static std::uint64_t sum(const by_failure& counts) noexcept {
      return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
    }
  };

  span_exporter() = default;
  virtual ~span_exporter() = default;
  span_exporter(const span_exporter&) = delete;
  span_exporter& operator=(const span_exporter&) = delete;

  /// Any thread; never blocks. False if the trace is lost already.
  virtual bool offer(finished_trace&& done) noexcept = 0;

  virtual counters read() const noexcept = 0;
};

} // namespace maque
