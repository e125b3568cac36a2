#pragma once

#include "wechat_simulator/endpoints.hpp"

#include <array>
#include <atomic>
#include <cstdint>

namespace maque::wechat_simulator {

/// How often each endpoint was called. Thread-safe.
class statistics {
public:
  struct endpoint_counts {
    std::uint64_t calls = 0;
    std::uint64_t refusals = 0; ///< Answered with an errcode.
    std::uint64_t mishaps = 0;  ///< Of those that were asked for by injection.
  };

  void count_call(endpoint which) noexcept { ++counts_[index_of(which)].calls; }
  void count_refusal(endpoint which) noexcept { ++counts_[index_of(which)].refusals; }
  void count_mishap(endpoint which) noexcept { ++counts_[index_of(which)].mishaps; }

  endpoint_counts of(endpoint which) const noexcept {
    const auto& counted = counts_[index_of(which)];
    return {counted.calls, counted.refusals, counted.mishaps};
  }

  void reset() noexcept {
    for (auto& counted : counts_) {
      counted.calls = 0;
      counted.refusals = 0;
      counted.mishaps = 0;
    }
  }

private:
  struct atomic_counts {
    std::atomic<std::uint64_t> calls{0};
    std::atomic<std::uint64_t> refusals{0};
    std::atomic<std::uint64_t> mishaps{0};
  };

  std::array<atomic_counts, endpoint_forms.size()> counts_;
};

} // namespace maque::wechat_simulator
