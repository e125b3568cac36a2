#include "actors/push_service.hpp"

#include "actors/push_dispatcher.hpp"
#include "actors/push_handlers.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <utility>

namespace maque {

std::vector<start_child> push_service::children(caf::actor_system& system,
                                                const meter_maker& add_meter,
                                                const configure_all& everywhere) {
  std::vector<push_handler_plan> plans{log_plan(), subscription_plan()};
  if (further_) plans.insert(plans.end(), further_->all.begin(), further_->all.end());
  std::vector<start_child> made;
  made.push_back(dispatcher_child(system, add_meter(push_dispatcher_state::name), everywhere));
  for (push_handler_plan& each : plans) {
    actor_meter& meter = add_meter(each.name);
    made.push_back(handler_child(system, meter, std::move(each)));
  }
  return made;
}

push_handler_plan push_service::log_plan() {
  return {push_log_state::name, {""}, [this](caf::actor_system& system, actor_meter& meter) {
            return spawn_coordinator<push_handler_actor, push_log_state>(system, meter,
                                                                         std::ref(log_));
          }};
}

push_handler_plan push_service::subscription_plan() {
  return {subscription_events_state::name,
          {"subscribe_msg_popup_event", "subscribe_msg_change_event", "subscribe_msg_sent_event"},
          [this](caf::actor_system& system, actor_meter& meter) {
            return spawn_coordinator<push_handler_actor, subscription_events_state>(
                system, meter, std::ref(log_), std::ref(counters_));
          }};
}

start_child push_service::dispatcher_child(caf::actor_system& system, actor_meter& meter,
                                           configure_all everywhere) {
  return {push_dispatcher_state::name,
          [this, &system, &meter, everywhere = std::move(everywhere)] {
            dispatcher_ = spawn_coordinator<push_dispatcher_actor, push_dispatcher_state>(
                system, meter, std::cref(clock_), std::ref(log_), std::ref(counters_));
            for (const entry& each : entries_)
              subscribe(each);
            everywhere([started = dispatcher_](lane_context& lane) { lane.pushes = started; });
            return caf::actor_cast<caf::actor>(dispatcher_);
          },
          &meter};
}

start_child push_service::handler_child(caf::actor_system& system, actor_meter& meter,
                                        push_handler_plan plan) {
  const std::size_t place = entries_.size();
  entries_.push_back({std::move(plan.about), {{}, plan.name}});
  return {std::move(plan.name),
          [this, place, &system, &meter, start = std::move(plan.start)] {
            entry& own = entries_[place];
            own.running.handler = start(system, meter);
            subscribe(own);
            return caf::actor_cast<caf::actor>(own.running.handler);
          },
          &meter};
}

void push_service::subscribe(const entry& who) const {
  if (!who.running.handler) return;
  for (const std::string& about : who.about) {
    subscribe_push order = who.running;
    order.about = about;
    caf::anon_send(dispatcher_, std::move(order));
  }
}

void push_service::release() {
  dispatcher_ = push_dispatcher_actor{};
  for (entry& each : entries_)
    each.running.handler = push_handler_actor{};
}

} // namespace maque
