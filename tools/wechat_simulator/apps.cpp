#include "wechat_simulator/apps.hpp"

#include <utility>

namespace maque::wechat_simulator {

bool app_registry::add(std::string appid, std::string app_secret) {
  if (appid.empty() || app_secret.empty()) return false;
  const std::scoped_lock lock{mutex_};
  if (secrets_.size() >= capacity && !secrets_.contains(appid)) return false;
  secrets_.insert_or_assign(std::move(appid), std::move(app_secret));
  any_ = true;
  return true;
}

int app_registry::check(std::string_view appid, std::string_view app_secret) const {
  if (!any_) return 0;
  const std::scoped_lock lock{mutex_};
  const auto found = secrets_.find(appid);
  if (found == secrets_.end()) return 40013;
  return found->second == app_secret ? 0 : 40125;
}

void app_registry::reset() {
  const std::scoped_lock lock{mutex_};
  secrets_.clear();
  any_ = false;
}

} // namespace maque::wechat_simulator
