#include "actors/wechat_client.hpp"

#include "actors/answer.hpp"
#include "domain/limits.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <exception>
#include <random>
#include <utility>

namespace maque {

// The worker -------------------------------------------------------------------------------------

wechat_worker_actor::behavior_type wechat_worker_state::make_behavior() {
  return {
      [this](const request_context& request,
             const exchange_code& order) -> caf::result<code_exchanged> {
        auto known = wechat::code_to_session(*transport_, app_, order.code, request.deadline);
        if (!known) {
          self_->meter().failed();
          return to_caf(known.error());
        }
        return code_exchanged{app_.appid, std::move(known->openid), std::move(known->unionid),
                              std::move(known->session_key)};
      },
  };
}

// The client -------------------------------------------------------------------------------------

wechat_client_state::wechat_client_state(actor_of<wechat_client_service> self,
                                         std::uint32_t workers, worker_starter start_worker,
                                         backoff::policy pauses)
    : self_{self}, start_worker_{std::move(start_worker)}, pauses_{pauses, std::random_device{}()},
      slots_(workers) {
  self_->set_down_handler([this](caf::down_msg& down) { replace_worker(down.source); });
}

wechat_client_state::~wechat_client_state() {
  for (call& each : waiting_)
    abandon(self_, each.waiting);
  for (const slot& each : slots_)
    if (each.worker) caf::anon_send_exit(each.worker, caf::exit_reason::user_shutdown);
}

wechat_client_service::behavior_type wechat_client_state::make_behavior() {
  // Not in the constructor: the actor is not complete until that ends, and a worker may die at
  // once.
  for (std::uint32_t place = 0; place < slots_.size(); ++place)
    start_worker(place);
  return {
      [this](const request_context& request, exchange_code& order) { return take(request, order); },
      [this](const start_wechat_worker& order) { start_worker(order.place); },
  };
}

caf::result<code_exchanged> wechat_client_state::take(const request_context& request,
                                                      exchange_code& order) {
  auto waiting = self_->make_response_promise<code_exchanged>();
  if (waiting_.size() >= limits::wechat_queue) {
    refuse(self_, waiting,
           to_caf(error{
               errc::overloaded, {}, "too many calls wait for WeChat", std::chrono::seconds{1}}));
    return waiting;
  }
  waiting_.push_back(call{waiting, request, std::move(order)});
  dispatch();
  return waiting;
}

void wechat_client_state::start_worker(std::uint32_t place) {
  slot& started = slots_[place];
  try {
    started.worker = start_worker_(place);
  } catch (const std::exception&) {
    // The system gives no more threads. The calls wait, until their deadlines.
    return start_later(place);
  }
  self_->monitor(started.worker);
  idle_.push_back(place);
  dispatch();
}

void wechat_client_state::start_later(std::uint32_t place) {
  const auto pause = pauses_.pause_after(++slots_[place].failures);
  self_->delayed_send(self_, pause, start_wechat_worker{place});
}

void wechat_client_state::replace_worker(const caf::actor_addr& gone) {
  const auto found = std::ranges::find_if(
      slots_, [&gone](const slot& each) { return each.worker && each.worker == gone; });
  if (found == slots_.end()) return;
  const auto place = static_cast<std::uint32_t>(found - slots_.begin());
  found->worker = wechat_worker_actor{};
  std::erase(idle_, place);
  start_later(place);
}

void wechat_client_state::dispatch() {
  while (!waiting_.empty() && !idle_.empty()) {
    call next = std::move(waiting_.front());
    waiting_.pop_front();
    if (next.request.deadline <= std::chrono::steady_clock::now()) {
      refuse(self_, next.waiting,
             to_caf(error{errc::deadline_exceeded, {}, "waited too long for a WeChat worker", {}}));
      continue;
    }
    const std::uint32_t place = idle_.back();
    idle_.pop_back();
    run(place, std::move(next));
  }
}

void wechat_client_state::run(std::uint32_t place, call next) {
  const auto kept = keep(std::move(next.waiting));
  self_->request(slots_[place].worker, caf::infinite, next.request, std::move(next.order))
      .then(
          [this, place, kept](code_exchanged& known) {
            kept->get().deliver(std::move(known));
            release(place);
          },
          [this, place, kept](caf::error& cause) {
            // An error of ours: the worker lives. Any other: it is gone, and its down message
            // brings a new one.
            const bool lives = is_ours(cause);
            refuse(self_, kept->get(), std::move(cause));
            if (lives) release(place);
          });
}

void wechat_client_state::release(std::uint32_t place) {
  slots_[place].failures = 0;
  idle_.push_back(place);
  dispatch();
}

} // namespace maque
