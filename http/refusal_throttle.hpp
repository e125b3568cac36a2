#pragma once

#include "domain/throttle.hpp"
#include "domain/time.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>

namespace maque::http {

/// Slows down who comes with wrong tokens, by where he comes from. Whoever has a right one is never
/// asked about here. In memory, bounded; one thread's.
class refusal_throttle {
public:
  explicit refusal_throttle(throttle_rule rule) : rule_{rule} {}

  /// Counts a wrong token. Until when its source is blocked, in which case it wasn't counted.
  /// @param source an address, or the network that one client may have.
  std::optional<utc_time> count(const std::string& source, utc_time now);

  std::size_t size() const noexcept { return states_.size(); }

private:
  void make_room(utc_time now);

  throttle_rule rule_;
  std::map<std::string, throttle_state> states_;
};

} // namespace maque::http
