#include "db/sqlite_purge.hpp"

namespace maque::db {

// Each condition by an index of its own.
sqlite_purge::sqlite_purge(sqlite_database& database)
    : sessions_{database, "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions"
                          " WHERE ended_at < ?1 UNION ALL SELECT id FROM sessions"
                          " WHERE expires_at < ?1 AND (ended_at IS NULL OR ended_at >= ?1)"
                          " LIMIT ?2) RETURNING 1"},
      throttles_{database, "DELETE FROM login_throttles WHERE key IN (SELECT key"
                           " FROM login_throttles WHERE last_at < ?1 AND blocked_until <= ?2"
                           " LIMIT ?3) RETURNING 1"},
      invitations_{database, "DELETE FROM invitations WHERE code_hash IN (SELECT code_hash"
                             " FROM invitations WHERE expires_at < ?1 UNION ALL SELECT code_hash"
                             " FROM invitations WHERE created_at < ?1 AND uses_left = 0"
                             " AND (expires_at IS NULL OR expires_at >= ?1) LIMIT ?2)"
                             " RETURNING 1"},
      audit_{database, "DELETE FROM audit_log WHERE id IN (SELECT id FROM audit_log"
                       " WHERE at < ?1 LIMIT ?2) RETURNING 1"} {}

result<std::uint64_t> sqlite_purge::perform(const purge& request) {
  std::uint64_t removed = 0;
  const auto count = [&](const sqlite_row&) { ++removed; };
  const auto limit = static_cast<std::int64_t>(request.limit);
  return sessions_.for_each_row(count, request.sessions_before, limit)
      .and_then([&] {
        return throttles_.for_each_row(count, request.throttles_before, request.now, limit);
      })
      .and_then([&] { return invitations_.for_each_row(count, request.sessions_before, limit); })
      .and_then([&] { return audit_.for_each_row(count, request.audit_before, limit); })
      .map([&] { return removed; });
}

} // namespace maque::db
