#pragma once

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

/// Hands calls to the workers that are free, and lets the others wait, in order and bounded.
class wechat_client_state {
public:
  static constexpr const char* name = "wechat_client";

  /// Makes the worker of a place, 0 <= place < workers; called again when that one has died.
  using worker_starter = std::function<wechat_worker_actor(std::uint32_t place)>;

  wechat_client_state(actor_of<wechat_client_actor> self, std::uint32_t workers,
                      worker_starter start_worker);
  ~wechat_client_state();
  wechat_client_state(const wechat_client_state&) = delete;
  wechat_client_state& operator=(const wechat_client_state&) = delete;

  wechat_client_actor::behavior_type make_behavior();

private:
  using promise = caf::typed_response_promise<code_exchanged>;
  struct call {
    promise waiting;
    request_context request;
    exchange_code order;
  };

  wechat_worker_actor start_worker(std::uint32_t place);
  void replace_worker(const caf::actor_addr& gone);
  void dispatch();
  void run(const wechat_worker_actor& worker, call next);

  actor_of<wechat_client_actor> self_;
  worker_starter start_worker_;
  std::vector<wechat_worker_actor> workers_; ///< By place.
  std::vector<wechat_worker_actor> idle_;
  std::deque<call> waiting_;
};

} // namespace maque
