#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace maque {

/// Wall-clock time as it is stored and shown: UTC with microseconds.
using utc_time = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

/// Time that deadlines and durations are measured in.
using steady_time = std::chrono::steady_clock::time_point;

/// Where code that has rules about time asks for it, so that tests can set it.
class time_source {
public:
  virtual ~time_source() = default;
  virtual utc_time now() const = 0;
};

/// The machine's clock.
class system_time_source final : public time_source {
public:
  utc_time now() const override {
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now());
  }
};

/// RFC 3339 in UTC, with microseconds if there are any: "2026-11-22T10:38:22.000001Z". The format
/// knows the years 0 to 9999; a time outside of them is shown as the nearest that it knows.
std::string to_rfc3339(utc_time time);

/// Microseconds since 1970-01-01T00:00:00Z: the form in which times are stored.
constexpr std::int64_t to_unix_micros(utc_time time) noexcept {
  return time.time_since_epoch().count();
}

constexpr utc_time from_unix_micros(std::int64_t micros) noexcept {
  return utc_time{std::chrono::microseconds{micros}};
}

} // namespace maque
