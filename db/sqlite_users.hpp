#pragma once

#include "db/sqlite_lookup.hpp"
#include "db/store.hpp"

namespace maque::db {

/// The columns that read_user() expects, in its order.
inline constexpr const char* user_columns =
    "id, nickname, avatar_url, language, role, disabled, created_at, updated_at, revision";

user read_user(const sqlite_row& row);

/// The table `users`. Those that were deleted are not found.
class sqlite_users {
public:
  explicit sqlite_users(sqlite_database& database);

  result<std::vector<std::optional<user>>> find(std::span<const user_id> ids);
  /// See store::list_users().
  result<std::vector<profile_page>> list(std::span<const user_page_query> wanted);
  result<void> insert(const user& who);
  result<user> update(const update_profile& request);
  /// Fails with user_not_found.
  result<user> require(user_id id);
  /// Of one who is there; changes nothing if he is so already.
  result<void> set_disabled(user_id id, bool disabled, utc_time at);
  /// Of one who is there: leaves nothing but the id.
  result<void> empty(user_id id, utc_time at);

private:
  sqlite_lookup<user, user_id> find_;
  sqlite_statement find_one_;
  sqlite_statement list_;
  sqlite_statement insert_;
  sqlite_statement update_;
  sqlite_statement set_disabled_;
  sqlite_statement empty_;
};

} // namespace maque::db
