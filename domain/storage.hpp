#pragma once

#include "domain/ids.hpp"
#include "domain/secret.hpp"
#include "domain/session.hpp"
#include "domain/user.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// What can be asked of the database, as plain values: the vocabulary that db/store.hpp and the
/// messages of the db_pool actor share.
namespace maque {

/// Writes -------------------------------------------------------------------------------------

/// Logs a WeChat identity in: finds its user or makes one (a user and an identity row), keeps the
/// session key, and opens the session. One transaction; all or nothing.
struct admit_wechat_user {
  std::string appid;
  std::string openid;
  std::optional<std::string> unionid;
  secret session_key;
  /// The id that the user gets if the identity is new.
  user_id candidate;
  /// The session to open; its `user` is filled in by the store.
  session opened;
};

struct user_admitted {
  user who;
  bool is_new_user = false;
};

/// Applies `patch` to the user, raises revision and updated_at. Fails with user_not_found.
struct update_profile {
  user_id id;
  profile_patch patch;
  utc_time at;
};

/// Moves the session's refresh counter from `from` to `from + 1` and sets last_seen_at and
/// rotated_at, if the session has not ended and its counter is still `from`. Otherwise changes
/// nothing and fails with conflict.
struct rotate_refresh {
  session_id id;
  /// Whose session it is: by it the store keeps the order of one user's writes.
  user_id user;
  std::uint32_t from = 0;
  utc_time at;
};

enum class logout_scope : std::uint8_t { this_session, others, all };

/// Ends the sessions of `user` that `scope` names, seen from session `current`. Sessions that have
/// ended stay as they are. The outcome lists those that this call ended.
struct end_sessions {
  user_id user;
  session_id current;
  logout_scope scope = logout_scope::this_session;
  utc_time at;
};

/// Sets (or, with no json, removes) one value of the published configuration and makes a new
/// version.
struct set_config_value {
  std::string key;
  std::optional<std::string> json;
  utc_time at;
};

using write_request =
    std::variant<admit_wechat_user, update_profile, rotate_refresh, end_sessions, set_config_value>;

using ended_sessions = std::vector<session_id>;

/// The outcome of the alternative of write_request with the same index; for rotate_refresh the
/// session after the change, for set_config_value the new version.
using write_outcome = std::variant<user_admitted, user, session, ended_sessions, std::uint64_t>;

/// Reads --------------------------------------------------------------------------------------

/// A page of users in ascending order of id, beginning behind `after`.
struct user_page_query {
  std::optional<user_id> after;
  std::uint32_t limit = 20;
};

/// The published configuration; `json` of each entry is a serialised JSON value.
struct config_entry {
  std::string key;
  std::string json;

  friend bool operator==(const config_entry&, const config_entry&) = default;
};

struct config_snapshot {
  std::uint64_t version = 0;         ///< 0: nothing was ever published.
  std::vector<config_entry> entries; ///< In ascending order of key.

  friend bool operator==(const config_snapshot&, const config_snapshot&) = default;
};

} // namespace maque
