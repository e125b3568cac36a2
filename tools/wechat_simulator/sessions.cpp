#include "wechat_simulator/sessions.hpp"

#include <utility>

namespace maque::wechat_simulator {

void session_book::remember(std::string_view openid, user_session session) {
  const std::scoped_lock lock{mutex_};
  users_.at(openid) = std::move(session);
}

bool session_book::replace_key(std::string_view openid, std::string_view from, std::string to) {
  const std::scoped_lock lock{mutex_};
  user_session* known = users_.find(openid);
  if (known == nullptr || known->session_key != from) return false;
  known->session_key = std::move(to);
  return true;
}

std::optional<user_session> session_book::find(std::string_view openid) {
  const std::scoped_lock lock{mutex_};
  const user_session* known = users_.find(openid);
  return known == nullptr ? std::nullopt : std::optional{*known};
}

void session_book::reset() {
  const std::scoped_lock lock{mutex_};
  users_.clear();
}

} // namespace maque::wechat_simulator
