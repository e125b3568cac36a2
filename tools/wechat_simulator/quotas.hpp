#pragma once

#include "domain/time.hpp"
#include "wechat_simulator/bounded_map.hpp"
#include "wechat_simulator/endpoints.hpp"

#include <array>
#include <cstdint>
#include <mutex>
#include <string_view>

namespace maque::wechat_simulator {

/// How often a mini-program may call an endpoint.
struct quota_limits {
  std::int64_t daily = 50'000'000;
  std::int64_t minute = 0; ///< 0: as often as it likes.
};

struct quota_usage {
  quota_limits limits;
  std::int64_t used_today = 0;
};

/// Counts the calls of each mini-program. Thread-safe.
class call_quotas {
public:
  /// One more call: 0, 45009 if the day's are used up, 45011 if the minute's are.
  int count(std::string_view appid, endpoint which, utc_time now);

  quota_usage usage(std::string_view appid, endpoint which, utc_time now);

  /// Of every mini-program, also for what was counted already.
  void set_limits(endpoint which, quota_limits limits);

  void reset();

private:
  struct counter {
    std::int64_t day = 0;
    std::int64_t today = 0;
    std::int64_t minute = 0;
    std::int64_t this_minute = 0;
  };
  using counters = std::array<counter, endpoint_forms.size()>;

  counter& current(std::string_view appid, endpoint which, utc_time now);

  static constexpr std::size_t apps_counted = 1024;

  std::mutex mutex_;
  bounded_map<counters> apps_{apps_counted};
  std::array<quota_limits, endpoint_forms.size()> limits_{};
};

} // namespace maque::wechat_simulator
