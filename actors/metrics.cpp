#include "actors/metrics.hpp"

#include "actors/metric_families.hpp"
#include "actors/wechat_report.hpp"

#include <map>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>
#include <utility>

namespace maque {

namespace {

using metric_families::add;
using metric_families::family;
using prometheus::MetricFamily;
using prometheus::MetricType;

MetricFamily security_events(const metric_sources& from) {
  MetricFamily events =
      family("maque_security_events_total", "What happened to accounts, sessions and keys.",
             MetricType::Counter);
  for (const security_event_info& each : all_security_events()) {
    std::uint64_t count = 0;
    for (const security_log* const lane : from.security)
      count += lane->count(each.value);
    add(events, {{"kind", std::string{each.kind}}, {"reason", std::string{each.reason}}},
        static_cast<double>(count));
  }
  return events;
}

/// The actors of one type in one lane, such as the workers of a pool, taken together.
struct actor_sums {
  double received = 0;
  double processed = 0;
  double failed = 0;
  double restarts = 0;
  double waiting = 0;
};

void add_actors(const metric_sources& from, std::vector<MetricFamily>& to) {
  std::map<std::pair<std::string, std::uint32_t>, actor_sums> sums;
  for (const actor_meter* const meter : from.actors) {
    const auto read = meter->read();
    actor_sums& sum = sums[{read.type, read.lane}];
    sum.received += static_cast<double>(read.received);
    sum.processed += static_cast<double>(read.processed);
    sum.failed += static_cast<double>(read.failed);
    sum.restarts += static_cast<double>(read.restarts);
    sum.waiting += static_cast<double>(read.mailbox_now);
  }
  const auto each = [&](MetricFamily made, double actor_sums::*value) {
    for (const auto& [who, sum] : sums)
      add(made, {{"actor", who.first}, {"lane", std::to_string(who.second)}}, sum.*value);
    to.push_back(std::move(made));
  };
  each(family("maque_actor_messages_received_total", "Messages that came into the mailbox.",
              MetricType::Counter),
       &actor_sums::received);
  each(family("maque_actor_messages_processed_total", "Messages that were handled.",
              MetricType::Counter),
       &actor_sums::processed);
  each(family("maque_actor_failures_total", "Requests that were answered with an error.",
              MetricType::Counter),
       &actor_sums::failed);
  each(family("maque_actor_restarts_total", "Starts after an actor had died.", MetricType::Counter),
       &actor_sums::restarts);
  each(family("maque_actor_mailbox_messages", "Messages that wait.", MetricType::Gauge),
       &actor_sums::waiting);
}

void add_pushes(const push_counters& from, std::vector<MetricFamily>& to) {
  MetricFamily pushes =
      family("maque_wechat_pushes_total", "What WeChat has pushed.", MetricType::Counter);
  for (std::size_t label = 0; label < push_label_count; ++label)
    for (std::size_t outcome = 0; outcome < push_outcome_names.size(); ++outcome)
      add(pushes,
          {{"event", std::string{push_labels()[label]}},
           {"outcome", std::string{push_outcome_names[outcome]}}},
          static_cast<double>(from.count(label, static_cast<push_outcome>(outcome))));
  to.push_back(std::move(pushes));

  MetricFamily failures = family("maque_wechat_push_failures_total",
                                 "Pushes that a handler has failed at.", MetricType::Counter);
  add(failures, {}, static_cast<double>(from.failures()));
  to.push_back(std::move(failures));

  MetricFamily news = family("maque_wechat_subscriptions_total",
                             "What WeChat tells of subscription messages.", MetricType::Counter);
  for (std::size_t what = 0; what < subscription_news_names.size(); ++what)
    add(news, {{"what", std::string{subscription_news_names[what]}}},
        static_cast<double>(from.count(static_cast<subscription_news>(what))));
  to.push_back(std::move(news));
}

void add_traces(const span_exporter::counters& from, std::vector<MetricFamily>& to) {
  auto exported = family("maque_traces_exported_total", "Traces that the collector has taken.",
                         MetricType::Counter);
  add(exported, {}, static_cast<double>(from.exported));
  auto rejected =
      family("maque_trace_spans_rejected_total",
             "Spans that the collector has not taken, of traces that it has.", MetricType::Counter);
  add(rejected, {}, static_cast<double>(from.rejected_spans));
  auto dropped =
      family("maque_traces_dropped_total", "Traces that were lost.", MetricType::Counter);
  auto failed = family("maque_trace_batches_failed_total",
                       "Calls to the collector that have failed.", MetricType::Counter);
  for (std::size_t reason = 0; reason < export_failure_names.size(); ++reason) {
    const std::string name{export_failure_names[reason]};
    add(dropped, {{"reason", name}}, static_cast<double>(from.dropped_by[reason]));
    add(failed, {{"reason", name}}, static_cast<double>(from.failed_batches_by[reason]));
  }
  for (MetricFamily* each : {&exported, &rejected, &dropped, &failed})
    to.push_back(std::move(*each));
}

} // namespace

std::string render_metrics(const metric_sources& from) {
  std::vector<MetricFamily> all{security_events(from)};
  add_lane_metrics(from.lanes, all);
  add_actors(from, all);
  if (from.pushes != nullptr) add_pushes(*from.pushes, all);
  if (from.wechat != nullptr) add_wechat_metrics(*from.wechat, all);
  if (from.traces != nullptr) add_traces(from.traces->read(), all);
  if (from.log != nullptr) {
    MetricFamily dropped = family("maque_log_lines_dropped_total",
                                  "Log lines that could not be written.", MetricType::Counter);
    add(dropped, {}, static_cast<double>(from.log->dropped_lines()));
    all.push_back(std::move(dropped));
  }
  add_process_metrics(from.build, from.started, all);
  return prometheus::TextSerializer{}.Serialize(all);
}

} // namespace maque
