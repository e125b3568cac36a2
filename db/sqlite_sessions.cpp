#include "db/sqlite_sessions.hpp"

#include <algorithm>

namespace maque::db {
namespace {

session_id read_session_id(const sqlite_row& row) {
  return row.id<session_id>(0);
}

/// RETURNING promises no order.
result<ended_sessions> sorted(result<ended_sessions> ended) {
  if (ended) std::sort(ended->begin(), ended->end());
  return ended;
}

} // namespace

session read_session(const sqlite_row& row) {
  return {.id = row.id<session_id>(0),
          .user = row.id<user_id>(1),
          .appid = row.text(2),
          .device = row.text(3),
          .address = row.text(4),
          .created_at = row.time(5),
          .last_seen_at = row.time(6),
          .expires_at = row.time(7),
          .refresh_secret_hash = row.digest(8),
          .refresh_counter = static_cast<std::uint32_t>(row.integer(9)),
          .rotated_at = row.time(10),
          .ended_at = row.optional_time(11)};
}

sqlite_sessions::sqlite_sessions(sqlite_database& database)
    : find_{database, "sessions", sqlite_session_columns, read_session},
      ended_since_{database, "SELECT id FROM sessions WHERE ended_at >= ?1 ORDER BY ended_at, id"},
      insert_{database, std::string{"INSERT INTO sessions ("} + sqlite_session_columns +
                            ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"},
      rotate_{
          database,
          std::string{"UPDATE sessions SET refresh_counter = refresh_counter + 1,"
                      " last_seen_at = ?3, rotated_at = ?3"
                      " WHERE id = ?1 AND refresh_counter = ?2 AND ended_at IS NULL RETURNING "} +
              sqlite_session_columns},
      end_this_{database, "UPDATE sessions SET ended_at = ?3"
                          " WHERE user_id = ?1 AND id = ?2 AND ended_at IS NULL RETURNING id"},
      end_others_{database, "UPDATE sessions SET ended_at = ?3"
                            " WHERE user_id = ?1 AND id <> ?2 AND ended_at IS NULL RETURNING id"},
      end_all_{database, "UPDATE sessions SET ended_at = ?2"
                         " WHERE user_id = ?1 AND ended_at IS NULL RETURNING id"},
      list_open_{database, std::string{"SELECT "} + sqlite_session_columns +
                               " FROM sessions WHERE user_id = ?1 AND ended_at IS NULL"
                               " ORDER BY id"},
      is_open_{database,
               "SELECT 1 FROM sessions WHERE id = ?1 AND user_id = ?2 AND ended_at IS NULL"},
      end_surplus_{database,
                   "UPDATE sessions SET ended_at = ?3 WHERE id IN (SELECT id FROM sessions"
                   " WHERE user_id = ?1 AND ended_at IS NULL"
                   " ORDER BY id = ?2 DESC, last_seen_at DESC, id DESC"
                   " LIMIT -1 OFFSET ?4) RETURNING id"},
      // Two conditions, as there is an index for each.
      forget_{database, "UPDATE sessions SET device = '', address = '' WHERE id IN"
                        " (SELECT id FROM sessions WHERE user_id = ?1 AND ended_at IS NULL"
                        " UNION ALL SELECT id FROM sessions WHERE user_id = ?1"
                        " AND ended_at IS NOT NULL)"} {}

result<std::vector<std::optional<session>>> sqlite_sessions::find(std::span<const session_id> ids) {
  return find_.find(ids);
}

result<ended_sessions> sqlite_sessions::ended_since(utc_time since) {
  return ended_since_.all(read_session_id, since);
}

result<void> sqlite_sessions::insert(const session& opened) {
  return insert_.run(opened.id, opened.user, opened.appid, opened.device, opened.address,
                     opened.created_at, opened.last_seen_at, opened.expires_at,
                     opened.refresh_secret_hash, opened.refresh_counter, opened.rotated_at,
                     opened.ended_at);
}

result<session> sqlite_sessions::rotate(const rotate_refresh& request) {
  auto rotated = rotate_.first(read_session, request.id, request.from, request.at);
  if (!rotated) return tl::unexpected{std::move(rotated.error())};
  if (!*rotated) return fail(errc::conflict);
  return **std::move(rotated);
}

result<ended_sessions> sqlite_sessions::end(const end_sessions& request) {
  switch (request.scope) {
  case logout_scope::this_session:
    return sorted(end_this_.all(read_session_id, request.user, request.current, request.at));
  case logout_scope::others:
    return end_all(request.user, request.current, request.at);
  case logout_scope::all:
    break;
  }
  return end_all(request.user, std::nullopt, request.at);
}

result<std::vector<session>> sqlite_sessions::list_open(user_id user) {
  return list_open_.all(read_session, user);
}

result<void> sqlite_sessions::require_open(user_id user, std::optional<session_id> which) {
  if (!which) return {};
  const auto found = is_open_.first([](const sqlite_row&) { return true; }, *which, user);
  if (!found) return tl::unexpected{found.error()};
  if (!*found) return fail(errc::session_ended);
  return {};
}

result<ended_sessions> sqlite_sessions::end_all(user_id user, std::optional<session_id> keep,
                                                utc_time at) {
  return sorted(keep ? end_others_.all(read_session_id, user, *keep, at)
                     : end_all_.all(read_session_id, user, at));
}

result<ended_sessions> sqlite_sessions::end_surplus(const session& opened, std::uint32_t most) {
  return sorted(end_surplus_.all(read_session_id, opened.user, opened.id, opened.created_at, most));
}

result<void> sqlite_sessions::forget(user_id user) {
  return forget_.run(user);
}

} // namespace maque::db
