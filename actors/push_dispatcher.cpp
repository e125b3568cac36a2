#include "actors/push_dispatcher.hpp"

#include "domain/limits.hpp"

#include <algorithm>
#include <utility>

namespace maque {

// A push may not be forgotten while its signature is good.
static_assert(limits::push_memory > 2 * limits::push_age);

namespace {

/// WeChat's page "Message push" names MsgId, or FromUserName and CreateTime. Two messages that were
/// sent to a user within a second give two events that only their bytes tell apart.
std::string key_of(const push_message& pushed) {
  std::string key = pushed.appid;
  // No name has a space.
  if (!pushed.message_id.empty()) return key.append(" m ").append(pushed.message_id);
  key.append(" e ").append(pushed.from_user).append(" ").append(std::to_string(pushed.created_at));
  return key.append(" ").append(pushed.event).append(" ").append(pushed.digest);
}

std::string_view subject_of(const push_message& pushed) noexcept {
  return pushed.event.empty() ? pushed.type : pushed.event;
}

bool admits(std::string_view wanted, std::string_view given) noexcept {
  return wanted.empty() || wanted == given;
}

} // namespace

push_dispatcher_state::push_dispatcher_state(actor_of<push_dispatcher_actor> self,
                                             const time_source& clock, log::logger& log,
                                             push_counters& counters, std::size_t remembered_max)
    : self_{self}, clock_{clock}, log_{log.of(log::source::wechat)}, counters_{counters},
      remembered_max_{remembered_max} {
  self_->set_down_handler([this](const caf::down_msg& down) {
    std::erase_if(subscribers_, [this, &down](const subscriber& each) {
      if (each.handler.address() != down.source) return false;
      subscriptions_ -= each.filters.size();
      return true;
    });
  });
}

push_dispatcher_actor::behavior_type push_dispatcher_state::make_behavior() {
  return {
      [this](const request_context& request, const push_arrived& order) {
        return take(request, order);
      },
      [this](const subscribe_push& order) { subscribe(order); },
  };
}

// Pushes -----------------------------------------------------------------------------------------

caf::result<push_accepted> push_dispatcher_state::take(const request_context& request,
                                                       const push_arrived& order) {
  if (request.deadline <= std::chrono::steady_clock::now()) {
    const error why{errc::deadline_exceeded, {}, "a push waited too long", {}};
    self_->meter().failed(why);
    return to_caf(why);
  }
  forget_old(clock_.now());
  const std::size_t label = push_label_of(*order.message);
  known_push& known = remember(*order.message);
  if (known.complete) {
    counters_.note(label, push_outcome::known);
    return push_accepted{true};
  }
  if (!give_to_all(request, order.message, known)) {
    counters_.note(label, push_outcome::overloaded);
    const error why{
        errc::overloaded, {}, "a handler of pushes has too much to do", std::chrono::seconds{5}};
    self_->meter().failed(why);
    return to_caf(why);
  }
  known.complete = true;
  known.having = {};
  counters_.note(label, push_outcome::accepted);
  return push_accepted{false};
}

bool push_dispatcher_state::give_to_all(const request_context& request, const shared_push& pushed,
                                        known_push& known) {
  bool complete = true;
  for (subscriber& each : subscribers_) {
    const bool wanted = std::ranges::any_of(each.filters, [&pushed](const filter& one) {
      return admits(one.appid, pushed->appid) && admits(one.about, subject_of(*pushed));
    });
    const caf::actor_id id = each.handler.id();
    if (!wanted || std::ranges::find(known.having, id) != known.having.end()) continue;
    if (each.outstanding >= limits::pushes_outstanding) {
      report_full(each, request.trace);
      complete = false;
      continue;
    }
    known.having.push_back(id);
    give(each, request, pushed);
  }
  return complete;
}

void push_dispatcher_state::give(subscriber& to, const request_context& request,
                                 const shared_push& pushed) {
  ++to.outstanding;
  const caf::actor_id id = to.handler.id();
  const trace_id trace = request.trace;
  self_
      ->request(to.handler, caf::infinite,
                request_context{trace, std::chrono::steady_clock::now() + limits::push_handling},
                pushed)
      .then([this, id](const push_handled&) { on_answer(id); },
            [this, id, trace](const caf::error& cause) { on_failure(id, trace, cause); });
}

void push_dispatcher_state::on_answer(caf::actor_id handler) {
  subscriber* const found = find(handler);
  if (found == nullptr) return;
  --found->outstanding;
  found->reported_full = false;
}

void push_dispatcher_state::on_failure(caf::actor_id handler, const trace_id& trace,
                                       const caf::error& cause) {
  counters_.note_failure();
  const subscriber* const found = find(handler);
  const error known = from_caf(cause);
  log_.line(log::level::error, &trace, "a handler failed at a push",
            {{"handler", found != nullptr ? std::string_view{found->name} : "one that has ended"},
             {"error", info(known.code).name},
             {"cause", std::string_view{known.cause}}});
  on_answer(handler);
}

/// Once, until it has answered again.
void push_dispatcher_state::report_full(subscriber& full, const trace_id& trace) {
  if (std::exchange(full.reported_full, true)) return;
  log_.line(
      log::level::error, &trace, "a handler of pushes has too much to do",
      {{"handler", std::string_view{full.name}}, {"outstanding", std::uint64_t{full.outstanding}}});
}

// Subscriptions ----------------------------------------------------------------------------------

void push_dispatcher_state::subscribe(const subscribe_push& order) {
  if (!order.handler) return;
  if (subscriptions_ >= limits::push_subscriptions)
    return log_.error("too many subscriptions to pushes",
                      {{"handler", std::string_view{order.name}}});
  ++subscriptions_;
  subscriber* found = find(order.handler.id());
  if (found == nullptr) {
    found = &subscribers_.emplace_back(subscriber{order.handler, order.name, {}});
    // One that has ended already is told at once.
    self_->monitor(order.handler);
  }
  found->filters.push_back({order.appid, order.about});
}

push_dispatcher_state::subscriber* push_dispatcher_state::find(caf::actor_id handler) noexcept {
  const auto found = std::ranges::find_if(
      subscribers_, [handler](const subscriber& each) { return each.handler.id() == handler; });
  return found == subscribers_.end() ? nullptr : &*found;
}

// Memory -----------------------------------------------------------------------------------------

push_dispatcher_state::known_push& push_dispatcher_state::remember(const push_message& pushed) {
  std::string key = key_of(pushed);
  const auto [at, is_new] = known_.try_emplace(key);
  if (is_new) ages_.push_back({clock_.now(), std::move(key)});
  return at->second;
}

void push_dispatcher_state::forget_old(utc_time now) {
  while (!ages_.empty() &&
         (ages_.size() >= remembered_max_ || ages_.front().since + limits::push_memory < now)) {
    known_.erase(ages_.front().key);
    ages_.pop_front();
  }
}

} // namespace maque
