#include "wechat_simulator/quotas.hpp"

#include "wechat_simulator/days.hpp"

namespace maque::wechat_simulator {

call_quotas::counter& call_quotas::current(std::string_view appid, endpoint which, utc_time now) {
  counter& counted = apps_.at(appid)[index_of(which)];
  if (const auto day = day_of(now); day != counted.day) {
    counted.day = day;
    counted.today = 0;
  }
  if (const auto minute = minute_of(now); minute != counted.minute) {
    counted.minute = minute;
    counted.this_minute = 0;
  }
  return counted;
}

int call_quotas::count(std::string_view appid, endpoint which, utc_time now) {
  const std::scoped_lock lock{mutex_};
  const quota_limits& limits = limits_[index_of(which)];
  counter& counted = current(appid, which, now);
  if (counted.today >= limits.daily) return 45009;
  if (limits.minute > 0 && counted.this_minute >= limits.minute) return 45011;
  ++counted.today;
  ++counted.this_minute;
  return 0;
}

quota_usage call_quotas::usage(std::string_view appid, endpoint which, utc_time now) {
  const std::scoped_lock lock{mutex_};
  return {limits_[index_of(which)], current(appid, which, now).today};
}

void call_quotas::set_limits(endpoint which, quota_limits limits) {
  const std::scoped_lock lock{mutex_};
  limits_[index_of(which)] = limits;
}

void call_quotas::reset() {
  const std::scoped_lock lock{mutex_};
  apps_.clear();
  limits_ = {};
}

} // namespace maque::wechat_simulator
