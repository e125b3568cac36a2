#pragma once

#include "telemetry/latency_histogram.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdint>

namespace maque {

/// A histogram as reports show it.
struct latency_summary {
  std::uint64_t count = 0;
  std::chrono::nanoseconds mean{0};
  std::chrono::nanoseconds p50{0};
  std::chrono::nanoseconds p95{0};
  std::chrono::nanoseconds p99{0};
  std::chrono::nanoseconds max{0};
};

latency_summary summarise(const latency_histogram::snapshot& read) noexcept;

/// What was recorded between two snapshots of one histogram. The largest of it is known to the
/// width of a bucket only, if there was a larger one before.
latency_histogram::snapshot recorded_since(const latency_histogram::snapshot& before,
                                           const latency_histogram::snapshot& now) noexcept;

/// Microseconds, to a tenth.
double to_us(std::chrono::nanoseconds time) noexcept;

/// A rate or a share as it is shown, to a hundredth.
double rounded(double value) noexcept;

/// {"count","mean_us","p50_us","p95_us","p99_us","max_us"}
nlohmann::json to_json(const latency_summary& of);
inline nlohmann::json to_json(const latency_histogram::snapshot& read) {
  return to_json(summarise(read));
}

} // namespace maque
