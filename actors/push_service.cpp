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
  std::vector<start_child> made;
  made.push_back(dispatcher_child(system, add_meter(push_dispatcher_state::name), everywhere));
  actor_meter& log_meter = add_meter(push_log_state::name);
  made.push_back(handler_child(push_log_state::name, log_meter, {""}, [this, &system, &log_meter] {
    return spawn_coordinator<push_handler_actor, push_log_state>(system, log_meter, std::ref(log_));
  }));
  actor_meter& subscriptions_meter = add_meter(subscription_events_state::name);
  made.push_back(handler_child(
      subscription_events_state::name, subscriptions_meter,
      {"subscribe_msg_popup_event", "subscribe_msg_change_event", "subscribe_msg_sent_event"},
      [this, &system, &subscriptions_meter] {
        return spawn_coordinator<push_handler_actor, subscription_events_state>(
            system, subscriptions_meter, std::ref(log_), std::ref(counters_));
      }));
  return made;
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

start_child push_service::handler_child(const char* name, actor_meter& meter,
                                        std::vector<std::string> about,
                                        std::function<push_handler_actor()> start) {
  const std::size_t place = entries_.size();
  entries_.push_back({std::move(about), {{}, name}});
  return {name,
          [this, place, start = std::move(start)] {
            entry& own = entries_[place];
            own.running.handler = start();
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
