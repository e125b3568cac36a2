#include "actors/wechat_worker.hpp"

#include <chrono>
#include <utility>

namespace maque {

wechat_worker_actor::behavior_type wechat_worker_state::make_behavior() {
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
