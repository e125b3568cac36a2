#include "db/postgres_purge.hpp"

#include <pqxx/pqxx>

namespace maque::db {
namespace {

// Each condition by an index of its own. What is to be removed is named by its key, so that it's
// found again by that.
const postgres_statement ended_sessions_statement{
    "purge_ended_sessions",
    "DELETE FROM sessions s WHERE s.id = ANY(ARRAY(SELECT o.id FROM sessions o"
    " WHERE o.ended_at < $1 ORDER BY o.ended_at LIMIT $2 FOR UPDATE SKIP LOCKED))"};
const postgres_statement expired_sessions_statement{
    "purge_expired_sessions",
    "DELETE FROM sessions s WHERE s.id = ANY(ARRAY(SELECT o.id FROM sessions o"
    " WHERE o.expires_at < $1 ORDER BY o.expires_at LIMIT $2 FOR UPDATE SKIP LOCKED))"};
const postgres_statement throttles_statement{
    "purge_throttles",
    "DELETE FROM login_throttles t WHERE t.key = ANY(ARRAY(SELECT o.key FROM login_throttles o"
    " WHERE o.last_at < $1 AND o.blocked_until <= $2 ORDER BY o.last_at LIMIT $3"
    " FOR UPDATE SKIP LOCKED))"};
const postgres_statement expired_invitations_statement{
    "purge_expired_invitations",
    "DELETE FROM invitations i WHERE i.code_hash = ANY(ARRAY(SELECT o.code_hash FROM invitations o"
    " WHERE o.expires_at < $1 ORDER BY o.expires_at LIMIT $2 FOR UPDATE SKIP LOCKED))"};
const postgres_statement used_invitations_statement{
    "purge_used_invitations",
    "DELETE FROM invitations i WHERE i.code_hash = ANY(ARRAY(SELECT o.code_hash FROM invitations o"
    " WHERE o.created_at < $1 AND o.uses_left = 0 ORDER BY o.created_at LIMIT $2"
    " FOR UPDATE SKIP LOCKED))"};

const postgres_statement audit_statement{
    "purge_audit", "DELETE FROM audit_log a WHERE a.id = ANY(ARRAY(SELECT o.id FROM audit_log o"
                   " WHERE o.at < $1 ORDER BY o.at LIMIT $2 FOR UPDATE SKIP LOCKED))"};

/// Two statements that share one limit.
std::uint64_t remove(postgres_connection& from, const postgres_statement& first,
                     const postgres_statement& second, utc_time before, std::int64_t limit) {
  const auto removed = from.run(first, to_unix_micros(before), limit).affected_rows();
  const auto left = limit - static_cast<std::int64_t>(removed);
  if (left <= 0) return removed;
  return removed + from.run(second, to_unix_micros(before), left).affected_rows();
}

} // namespace

std::uint64_t perform(postgres_connection& to, const purge& request) {
  const auto limit = static_cast<std::int64_t>(request.limit);
  const std::uint64_t throttles =
      to.run(throttles_statement, to_unix_micros(request.throttles_before),
             to_unix_micros(request.now), limit)
          .affected_rows();
  const std::uint64_t audit =
      to.run(audit_statement, to_unix_micros(request.audit_before), limit).affected_rows();
  return throttles + audit +
         remove(to, ended_sessions_statement, expired_sessions_statement, request.sessions_before,
                limit) +
         remove(to, expired_invitations_statement, used_invitations_statement,
                request.sessions_before, limit);
}

} // namespace maque::db
