#pragma once

#include "actors/access_token.hpp"
#include "actors/backoff.hpp"
#include "actors/circuit_breaker.hpp"
#include "actors/lane_actor.hpp"
#include "actors/protocol.hpp"
#include "actors/wechat_meter.hpp"
#include "actors/wechat_worker.hpp"
#include "domain/wechat_app.hpp"

#include <caf/response_promise.hpp>

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

namespace maque {

/// To itself, after a pause.
struct start_wechat_worker {
  std::uint32_t place = 0;
};

/// To itself, now and then: ends the workers that are not needed.
struct shrink_wechat_workers {};

} // namespace maque

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::start_wechat_worker)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::shrink_wechat_workers)

namespace maque {

/// What runs as wechat_client_actor.
using wechat_client_service = wechat_client_actor::extend<caf::reacts_to<start_wechat_worker>,
                                                          caf::reacts_to<shrink_wechat_workers>>;

struct wechat_policy {
  std::uint32_t workers = 4;      ///< That are always there, at least 1.
  std::uint32_t max_workers = 64; ///< While calls wait; at least `workers`.
  std::chrono::milliseconds idle_timeout{30'000};
  backoff::policy pauses{}; ///< Before a worker that died is replaced.
  circuit_breaker::policy breaker{};
  /// How long an endpoint whose daily quota is used up (45009) is left alone.
  std::chrono::milliseconds quota_pause{std::chrono::minutes{10}};
};

/// Hands calls to the workers that are free, and lets the others wait, in order and bounded. Logins
/// and the tokens' owners come first, and half of the workers are theirs alone, so that neither a
/// slow endpoint nor a missing access token delays them. A worker that died gets a successor after
/// a pause, which grows as long as none has ended a call.
class wechat_client_state {
public:
  static constexpr const char* name = "wechat_client";

  /// Makes the worker of a place, 0 <= place < max_workers; called again when that one has ended.
  using worker_starter = std::function<wechat_worker_actor(std::uint32_t place)>;
  /// Makes the owner of an app's access token, which fetches by `client`.
  using owner_starter =
      std::function<access_token_actor(std::size_t app, const wechat_client_actor& client)>;

  /// @param meter one for `apps`, in their order.
  wechat_client_state(actor_of<wechat_client_service> self, std::shared_ptr<const wechat_apps> apps,
                      wechat_policy policy, wechat_meter& meter, log::logger& log,
                      worker_starter start_worker, owner_starter start_owner);
  ~wechat_client_state();
  wechat_client_state(const wechat_client_state&) = delete;
  wechat_client_state& operator=(const wechat_client_state&) = delete;

  wechat_client_service::behavior_type make_behavior();

private:
  struct slot {
    wechat_worker_actor worker; ///< Empty: there is none.
    std::uint32_t failures = 0;
    bool paused = false; ///< To be started after a pause.
    steady_time idle_since{};
  };
  struct app_state {
    access_token_actor owner;
    std::array<circuit_breaker, wechat_endpoints> breakers;
  };
  /// Delivers the one alternative of the outcome that was asked for.
  using answerer = std::function<void(result<wechat_outcome>)>;
  struct call {
    call() = default;
    /// Whoever still waits is told that nobody is left to answer him.
    ~call();
    call(const call&) = delete;
    call& operator=(const call&) = delete;

    answerer answer; ///< Empty once it was called.
    request_context request;
    std::size_t app = 0;
    wechat::endpoint endpoint{};
    wechat_order order;
    secret access_token; ///< Empty: it needs none.
    bool repeated = false;
    steady_time accepted_at{};
    steady_time made_at{};
  };
  using shared_call = std::shared_ptr<call>;
  using queue = std::deque<shared_call>;

  template <class Reply, class Order>
  auto take() {
    return [this](const request_context& request, Order& order) -> caf::result<Reply> {
      auto waiting = self_->template make_response_promise<Reply>();
      accept(request, std::move(order), answering<Reply>(waiting));
      return waiting;
    };
  }
  template <class Reply>
  static answerer answering(caf::typed_response_promise<Reply> waiting) {
    return [waiting](result<wechat_outcome> outcome) mutable {
      if (outcome)
        waiting.deliver(std::get<Reply>(std::move(*outcome)));
      else
        waiting.deliver(to_caf(outcome.error()));
    };
  }

  void accept(const request_context& request, wechat_order order, answerer answer);
  template <class Order>
  void ask_owner(const shared_call& waiting, Order order);
  void enqueue(const shared_call& ready, bool in_front);
  void dispatch();
  /// Where the next call is that a worker may take; null if there is none.
  queue* next_queue() noexcept;
  void run(const shared_call& next, circuit_breaker::permit permit);
  void leave(const call& done);
  void finish(const shared_call& done, circuit_breaker::permit permit, wechat_call_done& made);
  void judge(const call& done, circuit_breaker::permit permit, const wechat::call_outcome& outcome);
  /// Its deadline came while it was made, and most of its time had gone by in the queue: that says
  /// nothing of WeChat.
  static bool had_hardly_any_time(const call& done, steady_time now) noexcept;
  void note_breaker(const call& of);
  void note_waiting();
  /// Those that wait for an endpoint whose breaker has just opened.
  void refuse_stopped(const call& opened, steady_time now);
  error stopped(const call& of, steady_time now);
  void fail(call& failed, error cause);
  /// Answers, and adds the time that it took to the request's trail.
  static void reply(call& done, result<wechat_outcome> outcome);

  void start_worker(std::uint32_t place);
  void start_later(std::uint32_t place);
  void replace_worker(const caf::actor_addr& gone);
  void make_idle(std::uint32_t place);
  void release(std::uint32_t place);
  void grow();
  void shrink();

  void start_owner(std::size_t app);
  void replace_owner(const caf::actor_addr& gone);

  circuit_breaker& breaker_of(const call& of) {
    return apps_state_[of.app].breakers[static_cast<std::size_t>(of.endpoint)];
  }
  wechat_meter::endpoint_meter& meter_of(const call& of) {
    return meter_.app(of.app).of(of.endpoint);
  }
  actor_of<wechat_client_service> self_;
  std::shared_ptr<const wechat_apps> apps_;
  wechat_policy policy_;
  wechat_meter& meter_;
  log::channel log_;
  worker_starter start_worker_;
  owner_starter start_owner_;
  backoff pauses_;
  /// By app. Shared: a worker may be at its last call when the client is gone.
  std::vector<std::shared_ptr<const wechat::app_credentials>> credentials_;
  std::vector<app_state> apps_state_;
  std::vector<slot> slots_;         ///< By place.
  std::vector<std::uint32_t> idle_; ///< Places; the one that was used last is taken first.
  std::uint32_t alive_ = 0;
  std::uint32_t second_busy_ = 0; ///< Workers that make calls of `second_`.
  queue first_;                   ///< Logins, access tokens.
  queue second_;
  std::size_t for_token_ = 0; ///< Calls that wait for an access token.
};

} // namespace maque
