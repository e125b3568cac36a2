#pragma once

#include "domain/time.hpp"
#include "wechat_simulator/bounded_map.hpp"

#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace maque::wechat_simulator {

/// A user of a mini-program, since his last login.
struct user_session {
  std::string appid;
  std::string session_key; ///< 16 bytes in base64; the last one that was given out.
  utc_time logged_in;
};

/// Who logged in last, and with which key. Thread-safe.
class session_book {
public:
  void remember(std::string_view openid, user_session session);

  /// Another key for the same session, which keeps its age (page "ResetUserSessionKey"). False if
  /// `from` is no longer the key.
  bool replace_key(std::string_view openid, std::string_view from, std::string to);

  std::optional<user_session> find(std::string_view openid);

  void reset();

private:
  static constexpr std::size_t users_known = 200'000;

  std::mutex mutex_;
  bounded_map<user_session> users_{users_known};
};

} // namespace maque::wechat_simulator
