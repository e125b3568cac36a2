#pragma once

#include "actors/lane_actor.hpp"
#include "actors/protocol.hpp"
#include "actors/push_counters.hpp"
#include "telemetry/log.hpp"

namespace maque {

/// Notes each push in the log: whose, what, when, nothing of its content.
class push_log_state {
public:
  static constexpr const char* name = "push_log";

  push_log_state(actor_of<push_handler_actor>, log::logger& log)
      : log_{log.of(log::source::wechat)} {}

  push_handler_actor::behavior_type make_behavior();

private:
  log::channel log_;
};

/// Counts what users say to subscription messages, and tells the operator which were not delivered
/// and why (page "Subscription messages").
class subscription_events_state {
public:
  static constexpr const char* name = "subscription_events";

  subscription_events_state(actor_of<push_handler_actor>, log::logger& log, push_counters& counters)
      : log_{log.of(log::source::wechat)}, counters_{counters} {}

  push_handler_actor::behavior_type make_behavior();

private:
  void take(const trace_id& trace, const push_message& pushed);
  void take_choice(const push_node& item);
  void take_delivery(const trace_id& trace, const push_message& pushed, const push_node& item);

  log::channel log_;
  push_counters& counters_;
};

} // namespace maque
