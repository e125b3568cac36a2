#pragma once

#include "domain/errors.hpp"
#include "domain/time.hpp"

#include <algorithm>
#include <chrono>

namespace maque {

/// What a refused attempt is answered with.
inline error throttled_error(utc_time blocked_until, utc_time now) {
  const auto wait = std::chrono::ceil<std::chrono::seconds>(blocked_until - now);
  return {errc::too_many_attempts, {}, {}, std::max(wait, std::chrono::seconds{1})};
}

} // namespace maque
