#pragma once

#include "domain/time.hpp"

#include <chrono>
#include <cstdint>

namespace maque::wechat_simulator {

/// The day that WeChat's daily limits count in: from midnight to midnight in Beijing.
inline std::int64_t day_of(utc_time time) {
  using namespace std::chrono_literals;
  return std::chrono::floor<std::chrono::days>(time + 8h).time_since_epoch().count();
}

inline std::int64_t minute_of(utc_time time) {
  return std::chrono::floor<std::chrono::minutes>(time).time_since_epoch().count();
}

inline std::int64_t unix_seconds(utc_time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

} // namespace maque::wechat_simulator
