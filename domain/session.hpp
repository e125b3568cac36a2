#pragma once

#include "domain/ids.hpp"
#include "domain/time.hpp"
#include "domain/user.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace maque {

using sha256_digest = std::array<std::uint8_t, 32>;

/// How long sessions and their tokens last; every value comes from settings.
struct session_policy {
  std::chrono::seconds access_ttl{std::chrono::minutes{15}};
  std::chrono::seconds idle_ttl{std::chrono::hours{24 * 30}};
  std::chrono::seconds absolute_ttl{std::chrono::hours{24 * 90}};
  std::chrono::seconds reuse_window{10};
  /// Open ones a user; one more ends the one that was seen longest ago.
  std::uint32_t max_sessions = 20;
};

/// One login on one device, from login to logout or expiry.
struct session {
  session_id id;
  user_id user;
  std::string appid;  ///< The mini-program that logged in.
  std::string device; ///< The User-Agent at login, cut to limits::device_bytes.
  std::string address;
  utc_time created_at;
  utc_time last_seen_at;
  utc_time expires_at; ///< The absolute limit.
  /// SHA-256 of the session's random secret; every refresh token of the session carries the secret.
  sha256_digest refresh_secret_hash{};
  /// Which refresh token is current; the token that was issued at login has 0.
  std::uint32_t refresh_counter = 0;
  utc_time rotated_at; ///< When refresh_counter changed last.
  std::optional<utc_time> ended_at;

  friend bool operator==(const session&, const session&) = default;
};

/// When the session ends if it is not refreshed before: the idle or the absolute limit.
utc_time session_end(const session& s, const session_policy& policy) noexcept;

enum class refresh_verdict : std::uint8_t {
  rotate,         ///< The current token: issue the next one.
  repeat_current, ///< The one before, within the reuse window: the client lost our reply.
  reuse_detected, ///< An old one: somebody has a copy. End the session.
  ended,          ///< The session is over, by logout or by one of its limits.
};

/// Judges a genuine refresh token (its secret has been checked) with `presented` as its counter.
refresh_verdict judge_refresh(const session& s, std::uint32_t presented, utc_time now,
                              const session_policy& policy) noexcept;

/// What an access token says, once it is verified.
struct access_claims {
  user_id user;
  session_id session;
  user_role role = user_role::user;
  utc_time issued_at;
  utc_time expires_at;
};

} // namespace maque
