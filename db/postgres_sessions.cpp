#include "db/postgres_sessions.hpp"

#include "db/hex.hpp"
#include "db/postgres_array.hpp"
#include "db/postgres_rows.hpp"

#include <pqxx/pqxx>

#include <algorithm>
#include <functional>

namespace maque::db {
namespace {

const postgres_statement insert_session_statement{
    "insert_session", "INSERT INTO sessions (id, user_id, appid, device, address, created_at,"
                      " last_seen_at, expires_at, refresh_secret_hash, refresh_counter, rotated_at,"
                      " ended_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::bytea, $10, $11,"
                      " ($12::bigint[])[1])"};

const postgres_statement is_open_statement{
    "is_open_session", "SELECT 1 FROM sessions s WHERE s.id = $1 AND s.user_id = $2"
                       " AND num_nulls(s.ended_at) = 1 FOR SHARE"};

const postgres_statement end_all_sessions_statement{
    "end_all_sessions", "UPDATE sessions s SET ended_at = $3 WHERE s.user_id = $1"
                        " AND s.ended_at IS NULL AND s.id <> $2 RETURNING s.id"};

const postgres_statement forget_sessions_statement{
    "forget_sessions", "UPDATE sessions s SET device = '', address = '' WHERE s.user_id = $1"
                       " AND s.ended_at IS NOT NULL"};

// The users are looked at in the same moment as their sessions, and after the new sessions were
// there.
const postgres_statement end_surplus_sessions_statement{
    "end_surplus_sessions",
    "WITH surplus AS (SELECT o.id, w.at"
    " FROM unnest($1::bigint[], $3::bigint[], $4::bigint[]) AS w (user_id, most, at)"
    " CROSS JOIN LATERAL (SELECT s.id FROM sessions s WHERE s.user_id = w.user_id"
    " AND s.ended_at IS NULL ORDER BY (s.id = ANY($2::bigint[])) DESC, s.last_seen_at DESC,"
    " s.id DESC OFFSET w.most) o),"
    " ended AS (UPDATE sessions s SET ended_at = x.at FROM surplus x WHERE s.id = x.id"
    " AND num_nulls(s.ended_at) = 1 RETURNING s.user_id, s.id)"
    " SELECT user_id, id FROM ended UNION ALL SELECT u.id, NULL FROM users u"
    " WHERE u.id = ANY($1::bigint[]) AND (u.disabled OR u.deleted_at IS NOT NULL)"};

const postgres_statement remove_sessions_statement{
    "remove_sessions", "DELETE FROM sessions s WHERE s.id = ANY($1::bigint[])"};

std::int64_t signed_value(auto id) {
  return static_cast<std::int64_t>(id.value);
}

} // namespace

void insert_session(postgres_connection& to, const session& opened) {
  to.run(insert_session_statement, signed_value(opened.id), signed_value(opened.user), opened.appid,
         opened.device, opened.address, to_unix_micros(opened.created_at),
         to_unix_micros(opened.last_seen_at), to_unix_micros(opened.expires_at),
         bytea_of(opened.refresh_secret_hash), static_cast<std::int64_t>(opened.refresh_counter),
         to_unix_micros(opened.rotated_at), optional_of(opened.ended_at));
}

bool is_open_session(postgres_connection& to, user_id user, session_id which) {
  return !to.run(is_open_statement, static_cast<std::int64_t>(which.value),
                 static_cast<std::int64_t>(user.value))
              .empty();
}

ended_sessions end_all_sessions(postgres_connection& to, user_id user,
                                std::optional<session_id> keep, utc_time at) {
  ended_sessions ended;
  for (const pqxx::row& row : to.run(end_all_sessions_statement, signed_value(user),
                                     signed_value(keep.value_or(session_id{})), to_unix_micros(at)))
    ended.push_back(id_at<session_id>(row, 0));
  std::sort(ended.begin(), ended.end());
  return ended;
}

void forget_sessions(postgres_connection& to, user_id user) {
  to.run(forget_sessions_statement, signed_value(user));
}

surplus end_surplus_sessions(postgres_connection& to, std::vector<opened_session> opened) {
  surplus found;
  if (opened.empty()) return found;
  std::ranges::sort(opened, {}, &opened_session::user);
  const auto rows =
      to.run(end_surplus_sessions_statement, array_of(opened, std::mem_fn(&opened_session::user)),
             array_of(opened, std::mem_fn(&opened_session::session)),
             array_of(opened, std::mem_fn(&opened_session::most)),
             array_of(opened, std::mem_fn(&opened_session::at)));
  for (const pqxx::row& row : rows) {
    const auto user = id_at<user_id>(row, 0);
    if (row[1].is_null())
      found.gone.insert(user);
    else
      found.ended[user].push_back(id_at<session_id>(row, 1));
  }
  for (auto& [user, ended] : found.ended)
    std::sort(ended.begin(), ended.end());
  return found;
}

void remove_sessions(postgres_connection& to, std::span<const session_id> opened) {
  to.run(remove_sessions_statement, array_of(opened, std::identity{}));
}

} // namespace maque::db
