#include "actors/supervisor.hpp"

#include <algorithm>
#include <utility>

namespace maque {

supervisor_state::supervisor_state(actor_of<supervisor_actor> self, log::logger& log,
                                   restart_limit limit, std::function<void()> give_up)
    : self_{self}, log_{log.of(log::source::actors)}, limit_{limit}, give_up_{std::move(give_up)} {
  self_->set_down_handler([this](const caf::down_msg& down) { on_down(down); });
}

supervisor_actor::behavior_type supervisor_state::make_behavior() {
  return {
      [this](start_child& spec) -> caf::result<child_started> {
        start(children_.emplace_back(child{std::move(spec), {}}));
        return child_started{};
      },
      [this](stop_children) -> caf::result<children_stopped> {
        auto waiting = self_->make_response_promise<children_stopped>();
        stopping_.push_back(waiting);
        if (stopping_.size() == 1) stop_last();
        return waiting;
      },
  };
}

bool supervisor_state::start_again(child& which) {
  try {
    start(which);
    return true;
  } catch (const std::exception& failure) {
    // Without one of its actors the server serves nobody; a new process may have more luck.
    given_up_ = true;
    log_.line(log::level::critical, nullptr, "an actor can't be started again, the server gives up",
              {{"actor", std::string_view{which.spec.name}},
               {"cause", std::string_view{failure.what()}}});
    give_up_();
    return false;
  }
}

void supervisor_state::start(child& which) {
  which.running = which.spec.start();
  self_->monitor(which.running);
}

void supervisor_state::on_down(const caf::down_msg& down) {
  const auto at = std::find_if(children_.begin(), children_.end(), [&](const child& candidate) {
    return candidate.running == down.source;
  });
  if (at == children_.end()) return;
  if (stopping_.empty() && restart(*at, down.reason)) return;
  children_.erase(at);
  if (!stopping_.empty()) stop_last();
}

bool supervisor_state::restart(child& which, const caf::error& reason) {
  const std::string why = caf::to_string(reason);
  if (given_up_) return false;
  if (exceeds_limit()) {
    given_up_ = true;
    log_.line(log::level::critical, nullptr, "an actor keeps failing, the server gives up",
              {{"actor", std::string_view{which.spec.name}}, {"reason", std::string_view{why}}});
    give_up_();
    return false;
  }
  log_.line(log::level::error, nullptr, "actor ended, starting it again",
            {{"actor", std::string_view{which.spec.name}}, {"reason", std::string_view{why}}});
  if (which.spec.meter != nullptr) which.spec.meter->restarted(why);
  return start_again(which);
}

bool supervisor_state::exceeds_limit() {
  const auto now = std::chrono::steady_clock::now();
  restarts_.push_back(now);
  while (restarts_.front() + limit_.window < now)
    restarts_.pop_front();
  return restarts_.size() > limit_.restarts;
}

void supervisor_state::stop_last() {
  if (!children_.empty()) {
    self_->send_exit(children_.back().running, caf::exit_reason::user_shutdown);
    return;
  }
  for (auto& waiting : std::exchange(stopping_, {}))
    waiting.deliver(children_stopped{});
}

} // namespace maque
