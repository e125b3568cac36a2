#pragma once

#include "domain/time.hpp"
#include "wechat_simulator/bounded_map.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>

namespace maque::wechat_simulator {

/// The access tokens that were given out (page "getStableAccessToken"). Thread-safe.
class token_book {
public:
  struct grant {
    int errcode = 0; ///< 0, or why there is none.
    std::string token{};
    std::chrono::seconds expires_in{0};
  };

  struct owner {
    int errcode = 0; ///< 0, or what is wrong with the token.
    std::string appid{};
  };

  /// Normal mode: the token that is in use; from five minutes before its end a new one, beside
  /// which the old one stays good until then.
  grant get(std::string_view appid, utc_time now);

  /// Forced mode: a new token, and none of the older ones is good any more. 45009 for the 21st of a
  /// day, 45011 within 30 s of the last one.
  grant force(std::string_view appid, utc_time now);

  /// Whose token it is. 41001: none was sent; 40014: it is no token by its form; 40001: it isn't
  /// known, or not the latest; 42001: it has expired.
  owner check(std::string_view token, utc_time now);

  /// Makes the tokens of a mini-program invalid (40001), of all if `appid` is empty. How many those
  /// were that had been good.
  std::size_t invalidate(std::string_view appid, utc_time now);

  /// Of the tokens that are made from now on.
  void set_lifetime(std::chrono::seconds lifetime);

  /// How many were made since the start or the reset.
  std::uint64_t made();

  void reset();

private:
  struct token_entry {
    std::string text;
    utc_time expires;
    bool invalid = false;
  };

  struct app_tokens {
    std::deque<token_entry> given; // the latest last; few
    utc_time last_forced{};
    std::int64_t day = 0;
    int forced_today = 0;
  };

  grant make(app_tokens& of, utc_time now);

  static constexpr std::size_t apps_known = 1024;
  static constexpr std::chrono::seconds usual_lifetime{7200};

  std::mutex mutex_;
  bounded_map<app_tokens> apps_{apps_known};
  std::chrono::seconds lifetime_{usual_lifetime};
  std::uint64_t made_ = 0;
};

} // namespace maque::wechat_simulator
