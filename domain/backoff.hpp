#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace maque {

/// The pauses between attempts at what keeps failing: doubled from one to the next, and by chance
/// up to a half shorter, so that many who failed together don't come back together.
class backoff {
public:
  struct policy {
    std::chrono::milliseconds first{50};
    std::chrono::milliseconds last{5'000};
  };

  backoff(policy pauses, std::uint32_t random_seed) : policy_{pauses}, chance_{random_seed} {}

  /// The pause after so many failures in a row, at least one.
  std::chrono::milliseconds pause_after(std::uint32_t failures) {
    const std::uint32_t doublings = std::min(failures - 1, 16U);
    const auto longest = std::min(policy_.first * (1U << doublings), policy_.last);
    std::uniform_int_distribution<std::int64_t> pause{longest.count() / 2, longest.count()};
    return std::chrono::milliseconds{pause(chance_)};
  }

private:
  policy policy_;
  std::minstd_rand chance_;
};

} // namespace maque
