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
        trail_span span = begin_span(request);
        span.start = std::chrono::steady_clock::now();
        auto outcome =
            wechat::call(*transport_, *made.app, *made.order, made.access_token, request.deadline);
        span.end = std::chrono::steady_clock::now();
        if (!outcome.answer) self_->meter().failed(outcome.answer.error());
        if (span.id != 0) record(*request.trail, span, wechat::endpoint_of(*made.order), outcome);
        return wechat_call_done{std::move(outcome), span.end - span.start};
      },
  };
}

/// Lets WeChat know of the trace, if there is one.
trail_span wechat_worker_state::begin_span(const request_context& request) {
  trail_span made;
  if (request.trail && request.trail->records_spans()) {
    made.id = request.trail->new_id();
    made.parent = request.trail->current();
    transport_->continue_trace(
        to_string(traceparent{request.trace, made.id, request.trail->sampled()}));
    is_traced_ = true;
  } else if (std::exchange(is_traced_, false)) {
    transport_->continue_trace({});
  }
  return made;
}

void wechat_worker_state::record(request_trail& trail, trail_span span, wechat::endpoint asked,
                                 const wechat::call_outcome& outcome) {
  span.name = "wechat";
  span.outbound = true;
  span.failed = !outcome.answer.has_value();
  span.notes[0] = {"maque.wechat.endpoint", 0, wechat::to_string(asked)};
  span.notes[1] = {"maque.wechat.errcode", outcome.errcode};
  trail.record(span);
}

} // namespace maque
