#pragma once

#include "actors/lane_actor.hpp"
#include "actors/protocol.hpp"
#include "wechat/api.hpp"
#include "wechat/transport.hpp"

#include <functional>
#include <memory>

namespace maque {

/// One call to WeChat, as a worker gets it. Nobody changes it while the worker has it.
struct wechat_call {
  std::shared_ptr<const wechat::app_credentials> app;
  std::shared_ptr<const wechat_order> order;
  secret access_token; ///< Empty where none is needed.
};

struct wechat_call_done {
  wechat::call_outcome outcome;
  std::chrono::nanoseconds took{0};
};

/// Makes one call to WeChat at a time, on a thread of its own.
using wechat_worker_actor = caf::typed_actor<
    // What WeChat answered, or why it did not, is in the reply; no error comes back but that the
    // worker is gone.
    caf::replies_to<request_context, wechat_call>::with<wechat_call_done>>;

} // namespace maque

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::wechat_call)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::wechat_call_done)

namespace maque {

using transport_factory = std::function<std::unique_ptr<wechat::transport>()>;

class wechat_worker_state {
public:
  static constexpr const char* name = "wechat_worker";

  wechat_worker_state(actor_of<wechat_worker_actor> self, const transport_factory& make_transport)
      : self_{self}, transport_{make_transport()} {}

  wechat_worker_actor::behavior_type make_behavior();

private:
  trail_span begin_span(const request_context& request);
  static void record(request_trail& trail, trail_span span, wechat::endpoint asked,
                     const wechat::call_outcome& outcome);

  actor_of<wechat_worker_actor> self_;
  std::unique_ptr<wechat::transport> transport_;
  bool is_traced_ = false; ///< The last call had a trace.
};

} // namespace maque
