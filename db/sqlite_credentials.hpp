#pragma once

#include "db/sqlite_statement.hpp"
#include "db/store.hpp"

namespace maque::db {

/// The table `credentials`.
class sqlite_credentials {
public:
  explicit sqlite_credentials(sqlite_database& database);

  result<std::optional<credential>> find(std::string_view username);
  result<std::optional<credential>> find(user_id user);
  /// For a user who has none. Fails with username_taken.
  result<void> insert(user_id user, std::string_view username, std::string_view password_hash,
                      utc_time at);
  /// The same password in another form.
  result<void> upgrade(user_id user, std::string_view password_hash);
  /// Another password.
  result<void> change(user_id user, std::string_view password_hash, utc_time at);
  result<void> remove(user_id user);

private:
  sqlite_statement find_by_username_;
  sqlite_statement find_by_user_;
  sqlite_statement insert_;
  sqlite_statement upgrade_;
  sqlite_statement change_;
  sqlite_statement remove_;
};

} // namespace maque::db
