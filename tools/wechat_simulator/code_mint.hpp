#pragma once

#include "domain/time.hpp"
#include "wechat_simulator/bounded_map.hpp"

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace maque::wechat_simulator {

/// What a code is for: wx.login's is no good for a phone number, nor the other way round.
enum class code_kind : std::uint8_t { login, phone };

/// Codes as WeChat makes them: random, of one mini-program, for one use within five minutes.
/// Thread-safe.
class code_mint {
public:
  enum class outcome : std::uint8_t { unknown, used, good };

  struct taken {
    outcome how = outcome::unknown; ///< An expired one, or another app's or kind's, is unknown.
    std::string subject{};
  };

  /// @param subject who logs in (a NAME), or the phone number, as in "phone-NUMBER".
  std::string make(code_kind kind, std::string appid, std::string subject, utc_time now);

  /// Uses a code up.
  taken take(code_kind kind, std::string_view appid, std::string_view code, utc_time now);

  void reset();

private:
  struct minted {
    code_kind kind = code_kind::login;
    bool used = false;
    std::string appid;
    std::string subject;
    utc_time expires;
  };

  static constexpr std::size_t codes_kept = 100'000;

  std::mutex mutex_;
  bounded_map<minted> codes_{codes_kept};
};

} // namespace maque::wechat_simulator
