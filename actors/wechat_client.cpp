#include "actors/wechat_client.hpp"

#include "actors/answer.hpp"
#include "domain/limits.hpp"

#include <caf/send.hpp>

#include <algorithm>
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

wechat_client_state::wechat_client_state(actor_of<wechat_client_actor> self, std::uint32_t workers,
                                         worker_starter start_worker)
    : self_{self}, start_worker_{std::move(start_worker)} {
  self_->set_down_handler([this](caf::down_msg& down) { replace_worker(down.source); });
  for (std::uint32_t place = 0; place < workers; ++place)
    workers_.push_back(this->start_worker(place));
}

wechat_client_state::~wechat_client_state() {
  for (const wechat_worker_actor& worker : workers_)
    caf::anon_send_exit(worker, caf::exit_reason::user_shutdown);
}

wechat_client_actor::behavior_type wechat_client_state::make_behavior() {
  return {
      [this](const request_context& request, exchange_code& order) -> caf::result<code_exchanged> {
        auto waiting = self_->make_response_promise<code_exchanged>();
        if (waiting_.size() >= limits::wechat_queue) {
          refuse(self_, waiting,
                 to_caf(error{errc::overloaded,
                              {},
                              "too many calls wait for WeChat",
                              std::chrono::seconds{1}}));
          return waiting;
        }
        waiting_.push_back(call{waiting, request, std::move(order)});
        dispatch();
        return waiting;
      },
  };
}

wechat_worker_actor wechat_client_state::start_worker(std::uint32_t place) {
  wechat_worker_actor worker = start_worker_(place);
  self_->monitor(worker);
  idle_.push_back(worker);
  return worker;
}

void wechat_client_state::replace_worker(const caf::actor_addr& gone) {
  const auto is_gone = [&gone](const wechat_worker_actor& worker) { return worker == gone; };
  std::erase_if(idle_, is_gone);
  const auto found = std::ranges::find_if(workers_, is_gone);
  if (found == workers_.end()) return;
  *found = start_worker(static_cast<std::uint32_t>(found - workers_.begin()));
  dispatch();
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
    wechat_worker_actor worker = std::move(idle_.back());
    idle_.pop_back();
    run(worker, std::move(next));
  }
}

void wechat_client_state::run(const wechat_worker_actor& worker, call next) {
  promise waiting = next.waiting;
  self_->request(worker, caf::infinite, next.request, std::move(next.order))
      .then(
          [this, worker, waiting](code_exchanged& known) mutable {
            idle_.push_back(worker);
            waiting.deliver(std::move(known));
            dispatch();
          },
          [this, worker, waiting](caf::error& cause) mutable {
            // An error of ours: the worker lives. Any other: it is gone, and its down message
            // brings a new one.
            if (is_ours(cause)) idle_.push_back(worker);
            refuse(self_, waiting, std::move(cause));
            dispatch();
          });
}

} // namespace maque
