#pragma once

#include "domain/ids.hpp"
#include "domain/session.hpp"
#include "domain/time.hpp"
#include "domain/user.hpp"
#include "domain/wechat.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace maque {

/// What a user logs in with, besides WeChat.
struct credential {
  user_id user;
  std::string username;      ///< As domain/username.hpp writes it.
  std::string password_hash; ///< A PHC string.
  bool disabled = false;     ///< The user is.

  friend bool operator==(const credential&, const credential&) = default;
};

/// Lets somebody register where registration is by invitation.
struct invitation {
  sha256_digest code_hash{}; ///< SHA-256 of the code; the code itself is nowhere.
  std::string note;          ///< For the operator; at most 256 bytes.
  std::uint32_t uses_left = 1;
  utc_time created_at;
  std::optional<utc_time> expires_at;

  friend bool operator==(const invitation&, const invitation&) = default;
};

/// What WeChat has said that a user's phone number is.
struct bound_phone {
  user_id user;
  std::string appid; ///< The mini-program in which he told it.
  phone_number phone;
  utc_time bound_at;

  friend bool operator==(const bound_phone&, const bound_phone&) = default;
};

/// A user as an operator sees him.
struct account {
  user who;
  std::optional<std::string> username;
  std::uint32_t wechat_identities = 0;
  std::uint32_t open_sessions = 0; ///< Not ended; their time may be over.

  friend bool operator==(const account&, const account&) = default;
};

} // namespace maque
