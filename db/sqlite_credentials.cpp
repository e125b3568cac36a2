#include "db/sqlite_credentials.hpp"

namespace maque::db {
namespace {

const std::string find_sql =
    "SELECT c.user_id, c.username, c.password_hash, u.disabled FROM credentials c"
    " JOIN users u ON u.id = c.user_id WHERE ";

credential read_credential(const sqlite_row& row) {
  return {.user = row.id<user_id>(0),
          .username = row.text(1),
          .password_hash = row.text(2),
          .disabled = row.integer(3) != 0};
}

} // namespace

sqlite_credentials::sqlite_credentials(sqlite_database& database)
    : find_by_username_{database, find_sql + "c.username = ?1"},
      find_by_user_{database, find_sql + "c.user_id = ?1"},
      insert_{database, "INSERT INTO credentials"
                        " (user_id, username, password_hash, created_at, changed_at)"
                        " VALUES (?1, ?2, ?3, ?4, ?4) ON CONFLICT (username) DO NOTHING"
                        " RETURNING user_id"},
      upgrade_{database, "UPDATE credentials SET password_hash = ?2 WHERE user_id = ?1"},
      change_{database, "UPDATE credentials SET password_hash = ?2, changed_at = ?3"
                        " WHERE user_id = ?1"},
      remove_{database, "DELETE FROM credentials WHERE user_id = ?1"} {}

result<std::optional<credential>> sqlite_credentials::find(std::string_view username) {
  return find_by_username_.first(read_credential, username);
}

result<std::optional<credential>> sqlite_credentials::find(user_id user) {
  return find_by_user_.first(read_credential, user);
}

result<void> sqlite_credentials::insert(user_id user, std::string_view username,
                                        std::string_view password_hash, utc_time at) {
  const auto made =
      insert_.first([](const sqlite_row&) { return true; }, user, username, password_hash, at);
  if (!made) return tl::unexpected{made.error()};
  if (!*made) return fail(errc::username_taken);
  return {};
}

result<void> sqlite_credentials::upgrade(user_id user, std::string_view password_hash) {
  return upgrade_.run(user, password_hash);
}

result<void> sqlite_credentials::change(user_id user, std::string_view password_hash, utc_time at) {
  return change_.run(user, password_hash, at);
}

result<void> sqlite_credentials::remove(user_id user) {
  return remove_.run(user);
}

} // namespace maque::db
