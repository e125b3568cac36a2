#include "wechat_simulator/subscriptions.hpp"

#include <utility>

namespace maque::wechat_simulator {

subscriptions::consent& subscriptions::consent_of(std::string_view openid,
                                                  std::string_view template_id) {
  consent& found = consents_.at(std::string{openid}.append("\n").append(template_id));
  if (!std::exchange(found.known, true)) found.left = usual_;
  return found;
}

bool subscriptions::send(sent_message message) {
  const std::scoped_lock lock{mutex_};
  consent& given = consent_of(message.openid, message.template_id);
  if (given.left <= 0) return false;
  --given.left;
  if (sent_.size() >= messages_kept) sent_.pop_front();
  sent_.push_back(std::move(message));
  return true;
}

void subscriptions::allow(std::string_view openid, std::string_view template_id,
                          std::int64_t messages) {
  const std::scoped_lock lock{mutex_};
  consent& given = consents_.at(std::string{openid}.append("\n").append(template_id));
  given = {true, messages};
}

void subscriptions::set_usual(std::int64_t messages) {
  const std::scoped_lock lock{mutex_};
  usual_ = messages;
}

void subscriptions::set_template_prefix(std::string prefix) {
  const std::scoped_lock lock{mutex_};
  template_prefix_ = std::move(prefix);
}

bool subscriptions::is_template(std::string_view template_id) {
  const std::scoped_lock lock{mutex_};
  return !template_id.empty() && template_id.starts_with(template_prefix_);
}

std::vector<sent_message> subscriptions::sent() {
  const std::scoped_lock lock{mutex_};
  return {sent_.begin(), sent_.end()};
}

void subscriptions::reset() {
  const std::scoped_lock lock{mutex_};
  consents_.clear();
  sent_.clear();
  usual_ = usual_consents;
  template_prefix_.clear();
}

} // namespace maque::wechat_simulator
