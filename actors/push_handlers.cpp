#include "actors/push_handlers.hpp"

#include "domain/limits.hpp"

namespace maque {

push_handler_actor::behavior_type push_log_state::make_behavior() {
  return {
      [this](const request_context& request, const shared_push& pushed) {
        log_.line(log::level::info, &request.trace, "push",
                  {{"appid", std::string_view{pushed->appid}},
                   {"type", std::string_view{pushed->type}},
                   {"event", std::string_view{pushed->event}},
                   {"created_at", pushed->created_at}});
        return push_handled{};
      },
  };
}

push_handler_actor::behavior_type subscription_events_state::make_behavior() {
  return {
      [this](const request_context& request, const shared_push& pushed) {
        take(request.trace, *pushed);
        return push_handled{};
      },
  };
}

void subscription_events_state::take(const trace_id& trace, const push_message& pushed) {
  const bool is_delivery = pushed.event == "subscribe_msg_sent_event";
  const auto take_list = [&](const push_node& within) {
    for (const push_node& item : within.children) {
      if (item.name != "List") continue;
      if (is_delivery)
        take_delivery(trace, pushed, item);
      else
        take_choice(item);
    }
  };
  // JSON has the list at the top, XML within an element that is named after the event.
  take_list(pushed.content);
  for (const push_node& part : pushed.content.children)
    if (part.name != "List") take_list(part);
}

void subscription_events_state::take_choice(const push_node& item) {
  counters_.note(item.text_of("SubscribeStatusString") == "accept" ? subscription_news::accepted
                                                                   : subscription_news::rejected);
}

void subscription_events_state::take_delivery(const trace_id& trace, const push_message& pushed,
                                              const push_node& item) {
  const std::string_view code = item.text_of("ErrorCode");
  if (code == "0") return counters_.note(subscription_news::delivered);
  counters_.note(subscription_news::undelivered);
  log_.line(log::level::warn, &trace, "a subscription message was not delivered",
            {{"appid", std::string_view{pushed.appid}},
             {"template_id", item.text_of("TemplateId").substr(0, limits::push_name_bytes)},
             {"message_id", item.text_of("MsgID").substr(0, limits::push_name_bytes)},
             {"error_code", code.substr(0, limits::push_name_bytes)},
             {"reason", item.text_of("ErrorStatus").substr(0, limits::push_name_bytes)}});
}

} // namespace maque
