#include "actors/wechat_report.hpp"

#include "actors/metric_families.hpp"
#include "actors/metric_histogram.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace maque {

namespace {

using metric_families::add;
using metric_families::add_histogram;
using metric_families::family;
using nlohmann::ordered_json;
using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

/// Seconds; a call to WeChat takes tens of milliseconds, and at most wechat.timeout.
constexpr std::array latency_bounds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                    0.1,   0.25,   0.5,   1.0,  2.5,   5.0};

double number(const std::atomic<std::uint64_t>& counted) {
  return static_cast<double>(counted.load(std::memory_order_relaxed));
}

std::string_view name_of(breaker_state state) noexcept {
  switch (state) {
  case breaker_state::closed:
    return "closed";
  case breaker_state::half_open:
    return "half-open";
  case breaker_state::open:
    return "open";
  }
  return "open";
}

std::vector<ClientMetric::Label> labels_of(const wechat_meter::app_meter& app,
                                           wechat::endpoint which) {
  return {{"appid", app.appid}, {"endpoint", std::string{wechat::to_string(which)}}};
}

void add_calls(const wechat_meter& from, std::vector<MetricFamily>& to) {
  auto calls = family("maque_wechat_calls_total",
                      "Calls to WeChat's server API, and those that "
                      "its breaker has stopped.",
                      MetricType::Counter);
  auto states = family("maque_wechat_breaker_state",
                       "Of the circuit breaker: 0 closed, 1 half-open, 2 open.", MetricType::Gauge);
  auto openings = family("maque_wechat_breaker_openings_total",
                         "How often the circuit breaker has opened.", MetricType::Counter);
  auto durations = family("maque_wechat_call_duration_seconds", "How long calls to WeChat took.",
                          MetricType::Histogram);
  for (const auto& app : from.apps()) {
    for (const wechat::endpoint which : wechat::all_endpoints()) {
      const auto& counted = app.of(which);
      const auto labels = labels_of(app, which);
      for (const auto& [outcome, count] :
           {std::pair{"succeeded", &counted.succeeded}, std::pair{"refused", &counted.refused},
            std::pair{"failed", &counted.failed}, std::pair{"stopped", &counted.stopped}}) {
        auto with_outcome = labels;
        with_outcome.push_back({"outcome", outcome});
        add(calls, std::move(with_outcome), number(*count));
      }
      const auto state = counted.breaker.load(std::memory_order_relaxed);
      add(states, labels,
          state == breaker_state::closed      ? 0
          : state == breaker_state::half_open ? 1
                                              : 2);
      add(openings, labels, number(counted.openings));
      add_histogram(durations, labels, counted.latency.read(), latency_bounds);
    }
  }
  for (MetricFamily* each : {&calls, &states, &openings, &durations})
    to.push_back(std::move(*each));
}

void add_tokens(const wechat_meter& from, std::vector<MetricFamily>& to) {
  auto fetched = family("maque_wechat_access_tokens_fetched_total",
                        "Access tokens that WeChat has given; WeChat allows 20 forced ones a day.",
                        MetricType::Counter);
  auto refused = family("maque_wechat_access_tokens_refused_total",
                        "Calls whose access token WeChat has refused.", MetricType::Counter);
  auto expiry = family("maque_wechat_access_token_expiry_seconds",
                       "When the access token expires, in seconds since 1970; 0: there is none.",
                       MetricType::Gauge);
  for (const auto& app : from.apps()) {
    const double forced = number(app.tokens_forced);
    add(fetched, {{"appid", app.appid}, {"mode", "forced"}}, forced);
    add(fetched, {{"appid", app.appid}, {"mode", "normal"}},
        std::max(0.0, number(app.tokens_fetched) - forced));
    add(refused, {{"appid", app.appid}}, number(app.tokens_refused));
    add(expiry, {{"appid", app.appid}}, static_cast<double>(app.token_expires_at.load()));
  }
  for (MetricFamily* each : {&fetched, &refused, &expiry})
    to.push_back(std::move(*each));
}

ordered_json report_of(const wechat_meter::endpoint_meter& counted, wechat::endpoint which) {
  const auto latency = counted.latency.read();
  const auto in_ms = [](std::chrono::nanoseconds time) {
    return std::chrono::duration<double, std::milli>{time}.count();
  };
  return {{"endpoint", wechat::to_string(which)},
          {"breaker", name_of(counted.breaker.load(std::memory_order_relaxed))},
          {"breaker_openings", counted.openings.load()},
          {"succeeded", counted.succeeded.load()},
          {"refused", counted.refused.load()},
          {"failed", counted.failed.load()},
          {"stopped", counted.stopped.load()},
          {"latency_ms",
           {{"mean", in_ms(latency.mean())},
            {"p50", in_ms(latency.quantile(0.5))},
            {"p99", in_ms(latency.quantile(0.99))}}}};
}

ordered_json token_report_of(const wechat_meter::app_meter& app, utc_time now) {
  const std::int64_t expires = app.token_expires_at.load();
  const auto seconds = [](std::int64_t since_1970) {
    return utc_time{std::chrono::seconds{since_1970}};
  };
  ordered_json made{{"state", expires == 0 ? "none" : seconds(expires) > now ? "good" : "expired"}};
  if (expires != 0) {
    made["fetched_at"] = to_rfc3339(seconds(app.token_fetched_at.load()));
    made["expires_at"] = to_rfc3339(seconds(expires));
  }
  made["fetched"] = app.tokens_fetched.load();
  made["forced"] = app.tokens_forced.load();
  made["refused"] = app.tokens_refused.load();
  return made;
}

} // namespace

void add_wechat_metrics(const wechat_meter& from, std::vector<MetricFamily>& to) {
  add_calls(from, to);
  add_tokens(from, to);
  for (const auto& [name, help, value] :
       {std::tuple{"maque_wechat_workers", "Threads for calls to WeChat.", &from.workers},
        std::tuple{"maque_wechat_workers_busy", "Those that wait for WeChat's answer.",
                   &from.workers_busy},
        std::tuple{"maque_wechat_calls_waiting", "Calls that wait for a thread or a token.",
                   &from.calls_waiting}}) {
    auto made = family(name, help, MetricType::Gauge);
    add(made, {}, value->load(std::memory_order_relaxed));
    to.push_back(std::move(made));
  }
}

ordered_json make_wechat_report(const wechat_meter& from, utc_time now) {
  ordered_json made{{"workers", from.workers.load()},
                    {"workers_busy", from.workers_busy.load()},
                    {"calls_waiting", from.calls_waiting.load()},
                    {"apps", ordered_json::array()}};
  for (const auto& app : from.apps()) {
    ordered_json endpoints = ordered_json::array();
    for (const wechat::endpoint which : wechat::all_endpoints()) {
      const auto& counted = app.of(which);
      const bool asked = counted.latency.read().total != 0 || counted.stopped.load() != 0;
      if (asked) endpoints.push_back(report_of(counted, which));
    }
    made["apps"].push_back({{"appid", app.appid},
                            {"access_token", token_report_of(app, now)},
                            {"endpoints", std::move(endpoints)}});
  }
  return made;
}

std::string_view wechat_readiness(const wechat_meter& from) noexcept {
  bool answered = false;
  for (const auto& app : from.apps()) {
    const auto& login = app.of(wechat::endpoint::code2session);
    if (login.breaker.load(std::memory_order_relaxed) != breaker_state::closed)
      return "unavailable";
    answered = answered || login.succeeded.load() != 0 || login.refused.load() != 0;
  }
  return answered ? "ok" : "unchecked";
}

} // namespace maque
