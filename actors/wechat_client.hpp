#pragma once

#include "actors/backoff.hpp"
#include "actors/lane_actor.hpp"
#include "actors/protocol.hpp"
#include "wechat/api.hpp"
#include "wechat/transport.hpp"

#include <caf/response_promise.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <vector>

namespace maque {

/// Makes one call to WeChat at a time, on a thread of its own.
using wechat_worker_actor = caf::typed_actor<
    // Errors as of wechat_client_actor.
    caf::replies_to<request_context, exchange_code>::with<code_exchanged>>;

/// To itself, after a pause.
struct start_wechat_worker {
  std::uint32_t place = 0;
};

} // namespace maque

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::start_wechat_worker)

namespace maque {

/// What runs as wechat_client_actor.
using wechat_client_service = wechat_client_actor::extend<caf::reacts_to<start_wechat_worker>>;

using transport_factory = std::function<std::unique_ptr<wechat::transport>()>;

class wechat_worker_state {
public:
  static constexpr const char* name = "wechat_worker";

  wechat_worker_state(actor_of<wechat_worker_actor> self, wechat::app_credentials app,
                      const transport_factory& make_transport)
      : self_{self}, app_{std::move(app)}, transport_{make_transport()} {}

  wechat_worker_actor::behavior_type make_behavior();

private:
  actor_of<wechat_worker_actor> self_;
  wechat::app_credentials app_;
  std::unique_ptr<wechat::transport> transport_;
};

/// Hands calls to the workers that are free, and lets the others wait, in order and bounded. A
/// worker that died gets a successor after a pause, which grows as long as none has ended a call.
class wechat_client_state {
public:
  static constexpr const char* name = "wechat_client";

  /// Makes the worker of a place, 0 <= place < workers; called again when that one has died.
  using worker_starter = std::function<wechat_worker_actor(std::uint32_t place)>;

  wechat_client_state(actor_of<wechat_client_service> self, std::uint32_t workers,
                      worker_starter start_worker, backoff::policy pauses = {});
  ~wechat_client_state();
  wechat_client_state(const wechat_client_state&) = delete;
  wechat_client_state& operator=(const wechat_client_state&) = delete;

  wechat_client_service::behavior_type make_behavior();

private:
  struct slot {
    wechat_worker_actor worker; ///< Empty: to be started after a pause.
    std::uint32_t failures = 0;
  };
  using promise = caf::typed_response_promise<code_exchanged>;
  struct call {
    promise waiting;
    request_context request;
    exchange_code order;
  };

  caf::result<code_exchanged> take(const request_context& request, exchange_code& order);
  void start_worker(std::uint32_t place);
  void start_later(std::uint32_t place);
  void replace_worker(const caf::actor_addr& gone);
  void dispatch();
  void run(std::uint32_t place, call next);
  void release(std::uint32_t place);

  actor_of<wechat_client_service> self_;
  worker_starter start_worker_;
  backoff pauses_;
  std::vector<slot> slots_;         ///< By place.
  std::vector<std::uint32_t> idle_; ///< Places.
  std::deque<call> waiting_;
};

} // namespace maque
