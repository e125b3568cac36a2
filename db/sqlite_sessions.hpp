#pragma once

#include "db/sqlite_lookup.hpp"
#include "db/store.hpp"

namespace maque::db {

/// The columns that read_session() expects, in its order.
inline constexpr const char* sqlite_session_columns =
    "id, user_id, appid, device, address, created_at, last_seen_at, expires_at, "
    "refresh_secret_hash, refresh_counter, rotated_at, ended_at";

session read_session(const sqlite_row& row);

/// The table `sessions`.
class sqlite_sessions {
public:
  explicit sqlite_sessions(sqlite_database& database);

  result<std::vector<std::optional<session>>> find(std::span<const session_id> ids);
  result<ended_sessions> ended_since(utc_time since);
  result<void> insert(const session& opened);
  result<session> rotate(const rotate_refresh& request);
  result<ended_sessions> end(const end_sessions& request);
  /// See store::list_sessions().
  result<std::vector<session>> list_open(user_id user);
  /// Fails with session_ended unless it is a session of the user that has not ended. No session
  /// asks for nothing.
  result<void> require_open(user_id user, std::optional<session_id> which);
  /// Ends the user's sessions but `keep`.
  result<ended_sessions> end_all(user_id user, std::optional<session_id> keep, utc_time at);
  /// Ends those that were seen longest ago, but never `opened`, until there are `most`.
  result<ended_sessions> end_surplus(const session& opened, std::uint32_t most);
  /// Empties what the user's sessions say of him.
  result<void> forget(user_id user);

private:
  sqlite_lookup<session, session_id> find_;
  sqlite_statement ended_since_;
  sqlite_statement insert_;
  sqlite_statement rotate_;
  sqlite_statement end_this_;
  sqlite_statement end_others_;
  sqlite_statement end_all_;
  sqlite_statement list_open_;
  sqlite_statement is_open_;
  sqlite_statement end_surplus_;
  sqlite_statement forget_;
};

} // namespace maque::db
