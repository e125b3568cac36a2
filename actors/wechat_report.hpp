#pragma once

#include "actors/wechat_meter.hpp"
#include "domain/time.hpp"

#include <nlohmann/json_fwd.hpp>

#include <prometheus/metric_family.h>
#include <string>
#include <string_view>
#include <vector>

namespace maque {

/// What /metrics shows of WeChat. Labels: appids of the settings, endpoints, a few words.
void add_wechat_metrics(const wechat_meter& from, std::vector<prometheus::MetricFamily>& to);

/// The same for people:
/// {"workers":…,"apps":[{"appid","access_token":{…},"endpoints":[…]}]}; endpoints that were never
/// asked are left out. Holds no secret.
nlohmann::ordered_json make_wechat_report(const wechat_meter& from, utc_time now);

/// Whether users can log in, as far as it is known: "unavailable" while the breaker of code2session
/// of any app is open or half-open, "ok" once a login was answered, before that "unchecked".
std::string_view wechat_readiness(const wechat_meter& from) noexcept;

} // namespace maque
