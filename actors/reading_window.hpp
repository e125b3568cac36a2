#pragma once

#include "domain/time.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace maque {

/// Remembers earlier readings of something that only grows, to tell what was added lately: since
/// the newest reading that is at least a second old. Whoever reads once a second sees the last one
/// to two seconds, whoever reads after an hour that hour, and the first reading all since the
/// start.
template <class Value>
class reading_window {
public:
  static constexpr std::chrono::seconds shortest{1};

  struct reading {
    steady_time at;
    Value value;
  };

  explicit reading_window(steady_time start) : before_{start, Value{}}, latest_{start, Value{}} {}

  /// The reading to compare this one with.
  const reading& compare(const Value& value, steady_time now) {
    if (now - latest_.at >= shortest) {
      before_ = std::move(latest_);
      latest_ = {now, value};
    }
    return before_;
  }

private:
  reading before_;
  reading latest_;
};

/// Rates of counters by name; the names are bounded by what there is to count.
class reading_rates {
public:
  explicit reading_rates(steady_time start) : start_{start} {}

  /// How much was added a second, see reading_window; 0 if no time has passed.
  double per_second(const std::string& counter, std::uint64_t value, steady_time now) {
    const auto& before = windows_.try_emplace(counter, start_).first->second.compare(value, now);
    const double seconds = std::chrono::duration<double>{now - before.at}.count();
    if (seconds <= 0 || value <= before.value) return 0;
    return static_cast<double>(value - before.value) / seconds;
  }

private:
  steady_time start_;
  std::map<std::string, reading_window<std::uint64_t>> windows_;
};

} // namespace maque
