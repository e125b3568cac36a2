#pragma once

#include "domain/secret.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace maque {

/// A mini-program that the server works for, as its console on mp.weixin.qq.com shows it.
struct wechat_app {
  std::string appid;
  secret app_secret;
  /// Of the page "Message push"; empty: no pushes are taken.
  secret push_token{};
  /// EncodingAESKey, 43 characters; empty: only plain mode is taken.
  secret push_aes_key{};
};

/// All of them; the first one is meant where none is named. Never empty in a server that runs.
class wechat_apps {
public:
  explicit wechat_apps(std::vector<wechat_app> all) : all_{std::move(all)} {}

  const std::vector<wechat_app>& all() const noexcept { return all_; }
  const wechat_app& first() const noexcept { return all_.front(); }

  /// Null if the server doesn't work for it.
  const wechat_app* find(std::string_view appid) const noexcept {
    const auto found = std::ranges::find(all_, appid, &wechat_app::appid);
    return found == all_.end() ? nullptr : &*found;
  }

private:
  std::vector<wechat_app> all_;
};

/// In the order of the apps.
inline std::vector<std::string> appids_of(const wechat_apps& apps) {
  std::vector<std::string> appids;
  for (const wechat_app& each : apps.all())
    appids.push_back(each.appid);
  return appids;
}

} // namespace maque
