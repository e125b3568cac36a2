#include "actors/wechat_worker.hpp"

#include "wechat/sigpipe_guard.hpp"

#include <chrono>
#include <sched.h>
#include <utility>

namespace maque {

namespace {

/// Hundreds of these threads wake up in a burst, and each would push a lane from its core for the
/// little that it has to do: that costs a tenth of the CPU of a login (docs/performance.md). As
/// batches (sched(7)) they run as soon as a core is free, which is all that they need.
void let_others_first() {
  const sched_param none{};
  sched_setscheduler(0, SCHED_BATCH, &none); // Where it is not allowed, all is as before.
}

} // namespace

wechat_worker_actor::behavior_type wechat_worker_state::make_behavior() {
  // This runs on the worker's own thread already.
  wechat::block_sigpipe();
  let_others_first();
  return {
      [this](const request_context& request, const wechat_call& made) {
        const auto begin = std::chrono::steady_clock::now();
        auto outcome =
            wechat::call(*transport_, *made.app, *made.order, made.access_token, request.deadline);
        if (!outcome.answer) self_->meter().failed();
        return wechat_call_done{std::move(outcome), std::chrono::steady_clock::now() - begin};
      },
  };
}

} // namespace maque
