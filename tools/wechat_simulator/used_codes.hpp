#pragma once

#include "domain/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <set>
#include <string_view>

namespace maque::wechat_simulator {

/// Remembers which single-use codes were used: for the lifetime of a code, and no more than
/// `capacity` of them; the oldest are forgotten first. Thread-safe.
class used_codes {
public:
  /// @param capacity at least 1
  used_codes(std::size_t capacity, std::chrono::seconds lifetime)
      : capacity_{capacity}, lifetime_{lifetime} {}

  /// True for the first who comes with this code.
  bool claim(std::string_view code, utc_time now);

  void reset();

private:
  /// A code's hash: codes can be long, and there are many.
  using digest = std::array<std::uint8_t, 16>;

  struct use {
    utc_time at;
    digest code;
  };

  void forget_oldest();

  std::size_t capacity_;
  std::chrono::seconds lifetime_;
  std::mutex mutex_;
  std::set<digest> used_;
  std::deque<use> in_order_;
};

} // namespace maque::wechat_simulator
