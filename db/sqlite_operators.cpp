#include "db/sqlite_operators.hpp"

#include "db/operator_search.hpp"
#include "db/sqlite_accounts.hpp"

namespace maque::db {
namespace {

audit_entry read_audit_entry(const sqlite_row& row) {
  return {.id = row.id<audit_id>(0),
          .at = row.time(1),
          .who = row.text(2),
          .address = row.text(3),
          .action = row.text(4),
          .subject = row.text(5),
          .details = row.text(6)};
}

/// As one parameter: a JSON array, which json_each() takes apart.
std::string json_array_of(const std::vector<std::string>& texts) {
  std::string array = "[";
  for (const std::string& text : texts) {
    // Appids are letters and digits; one that isn't matches nothing, whatever it is.
    if (text.find_first_of("\"\\") != std::string::npos) continue;
    array.append(array.size() > 1 ? ",\"" : "\"").append(text).append("\"");
  }
  return array += ']';
}

} // namespace

sqlite_operators::sqlite_operators(sqlite_database& database)
    : record_{database, "INSERT INTO audit_log (id, at, who, address, action, subject, details)"
                        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"},
      list_{database, "SELECT id, at, who, address, action, subject, details FROM audit_log"
                      " WHERE id < ?1 ORDER BY id DESC LIMIT ?2"},
      list_sessions_{database, std::string{"SELECT "} + sqlite_session_columns +
                                   " FROM sessions WHERE id < ?1 AND ended_at IS NULL"
                                   " AND expires_at > ?3 AND last_seen_at > ?4"
                                   " ORDER BY id DESC LIMIT ?2"},
      newest_{database, "SELECT " + sqlite_account_columns() +
                            " FROM users u WHERE deleted_at IS NULL ORDER BY id DESC LIMIT ?1"},
      search_{database,
              std::string{"WITH meant (id) AS (SELECT ?1"
                          " UNION SELECT user_id FROM (SELECT user_id FROM credentials"
                          " WHERE username >= ?2 AND username < ?3 ORDER BY username LIMIT ?6)"
                          " UNION SELECT user_id FROM wechat_identities"
                          " WHERE appid IN (SELECT value FROM json_each(?5)) AND openid = ?4)"
                          " SELECT "} +
                  sqlite_account_columns() +
                  " FROM users u WHERE id IN (SELECT id FROM meant)"
                  // Who was named by his id is not hidden by names that others have chosen.
                  " AND deleted_at IS NULL ORDER BY id = ?1 DESC, id DESC LIMIT ?6"} {}

result<std::uint64_t> sqlite_operators::perform(const record_action& request) {
  const audit_entry& entry = request.entry;
  return record_
      .run(entry.id, entry.at, entry.who, entry.address, entry.action, entry.subject, entry.details)
      .map([] { return std::uint64_t{1}; });
}

result<std::vector<audit_entry>> sqlite_operators::list(const audit_page_query& query) {
  return list_.all(read_audit_entry, query.before.value_or(audit_id{INT64_MAX}), query.limit);
}

result<std::vector<session>> sqlite_operators::list(const session_page_query& query) {
  return list_sessions_.all(read_session, query.before.value_or(session_id{INT64_MAX}), query.limit,
                            query.expires_after, query.seen_after);
}

result<std::vector<account>> sqlite_operators::find(const account_search& query) {
  if (query.text.empty()) return newest_.all(read_account, query.limit);
  const account_keys keys = keys_of(query);
  return search_.all(read_account, keys.id, keys.username, keys.username_end, query.text,
                     json_array_of(query.appids), query.limit);
}

} // namespace maque::db
