#pragma once

#include <atomic>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace maque::wechat_simulator {

/// Which mini-programs there are. As long as none is named, every appid is one, and every secret is
/// its own. Thread-safe.
class app_registry {
public:
  /// Another secret for an appid that is known is a reset of the secret. False if there are too
  /// many, or if one of the two is empty.
  bool add(std::string appid, std::string app_secret);

  /// 0, or the errcode: 40013 for an unknown appid, 40125 for the wrong secret.
  int check(std::string_view appid, std::string_view app_secret) const;

  void reset();

private:
  static constexpr std::size_t capacity = 1024;

  std::atomic<bool> any_{false};
  mutable std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> secrets_;
};

} // namespace maque::wechat_simulator
