#include "wechat_simulator/rids.hpp"

#include <algorithm>
#include <utility>

namespace maque::wechat_simulator {

void rid_log::remember(failed_call call) {
  call.request_body.resize(std::min(call.request_body.size(), body_bytes_kept));
  call.response_body.resize(std::min(call.response_body.size(), body_bytes_kept));
  const std::scoped_lock lock{mutex_};
  calls_[next_] = std::move(call);
  next_ = (next_ + 1) % calls_.size();
}

std::optional<failed_call> rid_log::find(std::string_view rid) {
  const std::scoped_lock lock{mutex_};
  const auto* found = std::ranges::find(calls_, rid, &failed_call::rid);
  return rid.empty() || found == calls_.end() ? std::nullopt : std::optional{*found};
}

void rid_log::reset() {
  const std::scoped_lock lock{mutex_};
  calls_ = {};
}

} // namespace maque::wechat_simulator
