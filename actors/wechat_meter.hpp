#pragma once

#include "actors/circuit_breaker.hpp"
#include "telemetry/latency_histogram.hpp"
#include "wechat/api.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace maque {

inline constexpr std::size_t wechat_endpoints = 12;

/// What was asked of WeChat since the server started, and how it stands now: written by the
/// wechat_client actor and the owners of the access tokens, read by any thread.
class wechat_meter {
public:
  using counter = std::atomic<std::uint64_t>;

  struct endpoint_meter {
    counter succeeded{0};
    counter refused{0}; ///< WeChat understood the call and said no.
    counter failed{0};  ///< No answer, or nonsense.
    counter stopped{0}; ///< Not made, for the breaker was open.
    counter openings{0};
    std::atomic<breaker_state> breaker{breaker_state::closed};
    latency_histogram latency; ///< Of calls that were made.
  };

  struct app_meter {
    explicit app_meter(std::string its_appid) : appid{std::move(its_appid)} {}

    std::string appid;
    std::array<endpoint_meter, wechat_endpoints> endpoints;
    counter tokens_fetched{0};
    counter tokens_forced{0};  ///< Of those, with force_refresh.
    counter tokens_refused{0}; ///< Calls that WeChat answered with 40001, 40014 or 42001.
    /// Seconds since 1970; 0: there is none.
    std::atomic<std::int64_t> token_fetched_at{0};
    std::atomic<std::int64_t> token_expires_at{0};

    endpoint_meter& of(wechat::endpoint which) noexcept {
      return endpoints[static_cast<std::size_t>(which)];
    }
    const endpoint_meter& of(wechat::endpoint which) const noexcept {
      return endpoints[static_cast<std::size_t>(which)];
    }
  };

  explicit wechat_meter(const std::vector<std::string>& appids) {
    for (const std::string& appid : appids)
      apps_.emplace_back(appid);
  }

  /// In the order of the settings.
  const std::deque<app_meter>& apps() const noexcept { return apps_; }
  app_meter& app(std::size_t index) noexcept { return apps_[index]; }

  std::atomic<std::uint32_t> workers{0};
  std::atomic<std::uint32_t> workers_busy{0};
  std::atomic<std::uint32_t> calls_waiting{0};

private:
  std::deque<app_meter> apps_; ///< Not a vector: they can't be moved.
};

} // namespace maque
