#include "actors/wechat_client.hpp"

#include "actors/answer.hpp"
#include "domain/limits.hpp"
#include "domain/metering.hpp"

#include <caf/send.hpp>

#include <algorithm>
#include <exception>
#include <random>
#include <utility>

namespace maque {

namespace {

bool comes_first(wechat::endpoint which) noexcept {
  return !wechat::needs_access_token(which);
}

/// Of two modes, which WeChat counts apart.
bool is_forced_fetch(const wechat_order& order) noexcept {
  const auto* const fetch = std::get_if<fetch_access_token>(&order);
  return fetch != nullptr && fetch->force;
}

} // namespace

wechat_client_state::call::~call() {
  if (answer) answer(maque::fail(errc::internal, {}, "the actor ended before its answer"));
}

wechat_client_state::wechat_client_state(actor_of<wechat_client_service> self,
                                         std::shared_ptr<const wechat_apps> apps,
                                         wechat_policy policy, wechat_meter& meter,
                                         log::logger& log, worker_starter start_worker,
                                         owner_starter start_owner)
    : self_{self}, apps_{std::move(apps)}, policy_{policy}, meter_{meter},
      log_{log.of(log::source::wechat)}, start_worker_{std::move(start_worker)},
      start_owner_{std::move(start_owner)}, pauses_{policy.pauses, std::random_device{}()},
      slots_(policy.max_workers) {
  for (const wechat_app& each : apps_->all())
    credentials_.push_back(std::make_shared<const wechat::app_credentials>(
        wechat::app_credentials{each.appid, each.app_secret}));
  app_state closed;
  closed.breakers.fill(circuit_breaker{policy_.breaker});
  apps_state_.assign(apps_->all().size(), closed);
  self_->set_down_handler([this](caf::down_msg& down) {
    replace_worker(down.source);
    replace_owner(down.source);
  });
}

wechat_client_state::~wechat_client_state() {
  for (const slot& each : slots_)
    if (each.worker) caf::anon_send_exit(each.worker, caf::exit_reason::user_shutdown);
  for (const app_state& each : apps_state_)
    if (each.owner) caf::anon_send_exit(each.owner, caf::exit_reason::user_shutdown);
  meter_.workers = meter_.workers_busy = meter_.calls_waiting = 0;
}

wechat_client_service::behavior_type wechat_client_state::make_behavior() {
  // Not in the constructor: the actor is not complete until that ends, and a worker may die at
  // once.
  for (std::size_t app = 0; app < apps_state_.size(); ++app)
    start_owner(app);
  for (std::uint32_t place = 0; place < policy_.workers; ++place)
    start_worker(place);
  self_->delayed_send(self_, policy_.idle_timeout, shrink_wechat_workers{});
  return {
      take<code_exchanged, exchange_code>(),
      take<access_token_fetched, fetch_access_token>(),
      take<phone_number, find_phone_number>(),
      take<session_key_checked, check_session_key>(),
      take<session_key_reset, reset_session_key>(),
      take<text_checked, check_text>(),
      take<message_sent, send_subscribe_message>(),
      take<code_image, make_code_image>(),
      take<scheme_made, make_scheme>(),
      take<url_link_made, make_url_link>(),
      take<quota, find_quota>(),
      take<rid_details, find_rid>(),
      [this](const start_wechat_worker& order) {
        start_worker(order.place);
        dispatch();
      },
      [this](const shrink_wechat_workers&) { shrink(); },
  };
}

// Calls ------------------------------------------------------------------------------------------

void wechat_client_state::accept(const request_context& request, wechat_order order,
                                 answerer answer) {
  const auto made = std::make_shared<call>();
  made->answer = std::move(answer);
  made->request = request;
  made->endpoint = wechat::endpoint_of(order);
  made->order = std::move(order);
  const std::string& appid =
      std::visit([](const auto& each) -> const std::string& { return each.appid; }, made->order);
  const wechat_app* const app = apps_->find(appid);
  if (app == nullptr)
    return fail(*made, {errc::internal, {}, "not a mini-program of this server", {}});
  made->app = static_cast<std::size_t>(app - apps_->all().data());

  const steady_time now = made->accepted_at = std::chrono::steady_clock::now();
  if (breaker_of(*made).refuses(now)) return fail(*made, stopped(*made, now));
  const std::size_t queued =
      comes_first(made->endpoint) ? first_.size() : second_.size() + for_token_;
  if (queued >= limits::wechat_queue)
    return fail(*made,
                {errc::overloaded, {}, "too many calls wait for WeChat", std::chrono::seconds{1}});
  if (wechat::needs_access_token(made->endpoint)) return ask_owner(made, find_access_token{});
  enqueue(made, false);
}

template <class Order>
void wechat_client_state::ask_owner(const shared_call& waiting, Order order) {
  ++for_token_;
  note_waiting();
  self_->request(apps_state_[waiting->app].owner, caf::infinite, waiting->request, std::move(order))
      .then(
          [this, waiting](access_token_found& found) {
            --for_token_;
            waiting->access_token = std::move(found.token);
            enqueue(waiting, waiting->repeated);
          },
          [this, waiting](const caf::error& cause) {
            --for_token_;
            note_waiting();
            fail(*waiting, from_caf(cause));
          });
}

void wechat_client_state::enqueue(const shared_call& ready, bool in_front) {
  queue& to = comes_first(ready->endpoint) ? first_ : second_;
  if (in_front)
    to.push_front(ready);
  else
    to.push_back(ready);
  dispatch();
}

void wechat_client_state::dispatch() {
  const steady_time now = std::chrono::steady_clock::now();
  for (;;) {
    if (idle_.empty()) grow();
    queue* const from = next_queue();
    if (idle_.empty() || from == nullptr) break;
    const shared_call next = std::move(from->front());
    from->pop_front();
    if (next->request.deadline <= now) {
      fail(*next, {errc::deadline_exceeded, {}, "waited too long for a WeChat worker", {}});
    } else if (const auto permit = breaker_of(*next).enter(now); !permit) {
      fail(*next, stopped(*next, now));
    } else {
      note_breaker(*next);
      run(next, *permit);
    }
  }
  note_waiting();
}

void wechat_client_state::note_waiting() {
  const std::size_t waiting = first_.size() + second_.size() + for_token_;
  meter_.calls_waiting.store(static_cast<std::uint32_t>(waiting), std::memory_order_relaxed);
}

wechat_client_state::queue* wechat_client_state::next_queue() noexcept {
  if (!first_.empty()) return &first_;
  const std::uint32_t share = std::max(1U, policy_.max_workers / 2);
  return !second_.empty() && second_busy_ < share ? &second_ : nullptr;
}

void wechat_client_state::run(const shared_call& next, circuit_breaker::permit permit) {
  const std::uint32_t place = idle_.back();
  idle_.pop_back();
  meter_.workers_busy.fetch_add(1, std::memory_order_relaxed);
  if (!comes_first(next->endpoint)) ++second_busy_;
  next->made_at = std::chrono::steady_clock::now();
  wechat_call made{credentials_[next->app], {next, &next->order}, next->access_token};
  self_->request(slots_[place].worker, caf::infinite, next->request, std::move(made))
      .then(
          [this, place, next, permit](wechat_call_done& done) {
            leave(*next);
            release(place);
            finish(next, permit, done);
            dispatch();
          },
          // The worker is gone; its down message brings a new one.
          [this, next, permit](const caf::error& cause) {
            leave(*next);
            breaker_of(*next).cancelled(permit, std::chrono::steady_clock::now());
            note_breaker(*next);
            fail(*next, from_caf(cause));
            dispatch();
          });
}

void wechat_client_state::leave(const call& done) {
  meter_.workers_busy.fetch_sub(1, std::memory_order_relaxed);
  if (!comes_first(done.endpoint)) --second_busy_;
}

void wechat_client_state::finish(const shared_call& done, circuit_breaker::permit permit,
                                 wechat_call_done& made) {
  auto& answer = made.outcome.answer;
  meter_of(*done).latency.record(made.took);
  judge(*done, permit, made.outcome);
  if (made.outcome.token_refused) {
    ++meter_.app(done->app).tokens_refused;
    if (!std::exchange(done->repeated, true))
      return ask_owner(done, replace_access_token{done->access_token});
  }
  if (!answer) return fail(*done, std::move(answer.error()));
  reply(*done, std::move(answer));
}

void wechat_client_state::judge(const call& done, circuit_breaker::permit permit,
                                const wechat::call_outcome& outcome) {
  const steady_time now = std::chrono::steady_clock::now();
  auto& counted = meter_of(done);
  circuit_breaker& breaker = breaker_of(done);
  const auto openings = breaker.openings();
  switch (outcome.health) {
  case wechat::endpoint_health::good:
    ++(outcome.answer ? counted.succeeded : counted.refused);
    breaker.succeeded(permit, now);
    break;
  case wechat::endpoint_health::bad:
    ++counted.failed;
    had_hardly_any_time(done, now) ? breaker.cancelled(permit, now) : breaker.failed(permit, now);
    break;
  case wechat::endpoint_health::used_up:
    ++counted.refused;
    // Normal mode has a quota of its own.
    is_forced_fetch(done.order) ? breaker.cancelled(permit, now)
                                : breaker.exhausted(permit, now, policy_.quota_pause);
    break;
  }
  if (breaker.openings() != openings) {
    log_.warn("calls to WeChat are stopped for a while",
              {{"appid", std::string_view{apps_->all()[done.app].appid}},
               {"endpoint", wechat::to_string(done.endpoint)},
               {"pause_ms", breaker.pause_left(now).count()},
               {"cause", std::string_view{outcome.answer ? "" : outcome.answer.error().cause}}});
    refuse_stopped(done, now);
  }
  note_breaker(done);
}

bool wechat_client_state::had_hardly_any_time(const call& done, steady_time now) noexcept {
  const auto waited = done.made_at - done.accepted_at;
  return now >= done.request.deadline && waited > done.request.deadline - done.made_at;
}

void wechat_client_state::note_breaker(const call& of) {
  const circuit_breaker& breaker = breaker_of(of);
  auto& shown = meter_of(of);
  const breaker_state before = shown.breaker.exchange(breaker.state(), std::memory_order_relaxed);
  shown.openings.store(breaker.openings(), std::memory_order_relaxed);
  if (before != breaker_state::closed && breaker.state() == breaker_state::closed)
    log_.info("calls to WeChat are made again",
              {{"appid", std::string_view{apps_->all()[of.app].appid}},
               {"endpoint", wechat::to_string(of.endpoint)}});
}

void wechat_client_state::refuse_stopped(const call& opened, steady_time now) {
  queue& from = comes_first(opened.endpoint) ? first_ : second_;
  queue kept;
  for (shared_call& each : from) {
    if (each->app == opened.app && each->endpoint == opened.endpoint)
      fail(*each, stopped(*each, now));
    else
      kept.push_back(std::move(each));
  }
  from = std::move(kept);
}

error wechat_client_state::stopped(const call& of, steady_time now) {
  ++meter_of(of).stopped;
  const auto pause = std::chrono::ceil<std::chrono::seconds>(breaker_of(of).pause_left(now));
  return {errc::wechat_unavailable,
          {},
          "the circuit breaker of " + std::string{wechat::to_string(of.endpoint)} + " is open",
          std::max(pause, std::chrono::seconds{1})};
}

void wechat_client_state::fail(call& failed, error cause) {
  self_->meter().failed(cause);
  reply(failed, tl::unexpected{std::move(cause)});
}

void wechat_client_state::reply(call& done, result<wechat_outcome> outcome) {
  if constexpr (is_metered) {
    if (done.request.trail && done.accepted_at != steady_time{})
      done.request.trail->add_upstream(std::chrono::steady_clock::now() - done.accepted_at);
  }
  std::exchange(done.answer, nullptr)(std::move(outcome));
}

// Workers ----------------------------------------------------------------------------------------

void wechat_client_state::start_worker(std::uint32_t place) {
  slot& started = slots_[place];
  if (started.worker) return;
  try {
    started.worker = start_worker_(place);
  } catch (const std::exception&) {
    // The system gives no more threads. The calls wait, until their deadlines.
    return start_later(place);
  }
  self_->monitor(started.worker);
  meter_.workers.store(++alive_, std::memory_order_relaxed);
  make_idle(place);
}

void wechat_client_state::start_later(std::uint32_t place) {
  const auto pause = pauses_.pause_after(++slots_[place].failures);
  slots_[place].paused = true;
  self_->delayed_send(self_, pause, start_wechat_worker{place});
}

void wechat_client_state::replace_worker(const caf::actor_addr& gone) {
  const auto found = std::ranges::find_if(
      slots_, [&gone](const slot& each) { return each.worker && each.worker == gone; });
  if (found == slots_.end()) return;
  const auto place = static_cast<std::uint32_t>(found - slots_.begin());
  found->worker = wechat_worker_actor{};
  meter_.workers.store(--alive_, std::memory_order_relaxed);
  std::erase(idle_, place);
  start_later(place);
}

void wechat_client_state::make_idle(std::uint32_t place) {
  slots_[place].idle_since = std::chrono::steady_clock::now();
  slots_[place].paused = false;
  idle_.push_back(place);
}

void wechat_client_state::release(std::uint32_t place) {
  slots_[place].failures = 0;
  if (slots_[place].worker) make_idle(place);
}

void wechat_client_state::grow() {
  if (next_queue() == nullptr) return;
  const auto unused =
      std::ranges::find_if(slots_, [](const slot& each) { return !each.worker && !each.paused; });
  if (unused == slots_.end()) return;
  start_worker(static_cast<std::uint32_t>(unused - slots_.begin()));
}

void wechat_client_state::shrink() {
  const steady_time now = std::chrono::steady_clock::now();
  // Those that were used longest ago are in front.
  while (alive_ > policy_.workers && !idle_.empty() &&
         now - slots_[idle_.front()].idle_since >= policy_.idle_timeout) {
    slot& ended = slots_[idle_.front()];
    idle_.erase(idle_.begin());
    // Its down message will find nobody.
    caf::anon_send_exit(std::exchange(ended.worker, {}), caf::exit_reason::user_shutdown);
    meter_.workers.store(--alive_, std::memory_order_relaxed);
  }
  self_->delayed_send(self_, policy_.idle_timeout, shrink_wechat_workers{});
}

// Owners of access tokens ------------------------------------------------------------------------

void wechat_client_state::start_owner(std::size_t app) {
  apps_state_[app].owner = start_owner_(app, wechat_client_actor{self_});
  self_->monitor(apps_state_[app].owner);
}

void wechat_client_state::replace_owner(const caf::actor_addr& gone) {
  const auto found = std::ranges::find_if(
      apps_state_, [&gone](const app_state& each) { return each.owner && each.owner == gone; });
  if (found != apps_state_.end())
    start_owner(static_cast<std::size_t>(found - apps_state_.begin()));
}

} // namespace maque
