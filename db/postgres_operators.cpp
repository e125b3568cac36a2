#include "db/postgres_operators.hpp"

#include "db/operator_search.hpp"
#include "db/postgres_accounts.hpp"
#include "db/postgres_array.hpp"
#include "db/postgres_rows.hpp"

#include <pqxx/pqxx>

namespace maque::db {
namespace {

using std::string;

const postgres_statement record_action_statement{
    "record_action", "INSERT INTO audit_log (id, at, who, address, action, subject, details)"
                     " VALUES ($1, $2, $3, $4, $5, $6, $7)"};
const postgres_statement list_audit_statement{
    "list_audit", "SELECT a.id, a.at, a.who, a.address, a.action, a.subject, a.details"
                  " FROM audit_log a WHERE a.id < $1 ORDER BY a.id DESC LIMIT $2"};
const postgres_statement list_open_sessions_statement{
    "list_open_sessions", string{"SELECT "} + postgres_session_columns +
                              " FROM sessions s WHERE s.id < $1 AND s.ended_at IS NULL"
                              " AND s.expires_at > $3 AND s.last_seen_at > $4"
                              " ORDER BY s.id DESC LIMIT $2"};
const postgres_statement newest_accounts_statement{
    "newest_accounts", "SELECT " + postgres_account_columns() +
                           " FROM users u WHERE u.deleted_at IS NULL ORDER BY u.id DESC LIMIT $1"};
const postgres_statement search_accounts_statement{
    "search_accounts",
    string{"WITH meant (id) AS (SELECT $1::bigint"
           " UNION SELECT p.user_id FROM (SELECT c.user_id FROM credentials c"
           " WHERE c.username >= $2 AND c.username < $3 ORDER BY c.username LIMIT $6) p"
           " UNION SELECT i.user_id FROM wechat_identities i"
           " WHERE i.appid = ANY($5::text[]) AND i.openid = $4)"
           " SELECT "} +
        postgres_account_columns() +
        " FROM users u WHERE u.id IN (SELECT m.id FROM meant m)"
        // Who was named by his id is not hidden by names that others have chosen.
        " AND u.deleted_at IS NULL ORDER BY u.id = $1::bigint DESC, u.id DESC LIMIT $6"};

std::int64_t number_below(auto before) {
  return before ? static_cast<std::int64_t>(before->value) : INT64_MAX;
}

audit_entry entry_of(const pqxx::row& row) {
  return {.id = id_at<audit_id>(row, 0),
          .at = from_unix_micros(integer_at(row, 1)),
          .who = row[2].as<string>(),
          .address = row[3].as<string>(),
          .action = row[4].as<string>(),
          .subject = row[5].as<string>(),
          .details = row[6].as<string>()};
}

template <class Read>
auto all_of(const pqxx::result& rows, Read read) {
  std::vector<std::invoke_result_t<Read, const pqxx::row&>> all;
  for (const pqxx::row& row : rows)
    all.push_back(read(row));
  return all;
}

} // namespace

result<std::uint64_t> perform(postgres_connection& to, const record_action& request) {
  const audit_entry& entry = request.entry;
  to.run(record_action_statement, static_cast<std::int64_t>(entry.id.value),
         to_unix_micros(entry.at), entry.who, entry.address, entry.action, entry.subject,
         entry.details);
  return std::uint64_t{1};
}

std::vector<audit_entry> list_audit(postgres_connection& from, const audit_page_query& query) {
  return all_of(from.run(list_audit_statement, number_below(query.before),
                         static_cast<std::int64_t>(query.limit)),
                entry_of);
}

std::vector<session> list_open_sessions(postgres_connection& from,
                                        const session_page_query& query) {
  return all_of(from.run(list_open_sessions_statement, number_below(query.before),
                         static_cast<std::int64_t>(query.limit),
                         to_unix_micros(query.expires_after), to_unix_micros(query.seen_after)),
                session_of);
}

std::vector<account> search_accounts(postgres_connection& from, const account_search& query) {
  const auto limit = static_cast<std::int64_t>(query.limit);
  if (query.text.empty()) return all_of(from.run(newest_accounts_statement, limit), account_of);
  const account_keys keys = keys_of(query);
  return all_of(
      from.run(search_accounts_statement, static_cast<std::int64_t>(keys.id.value), keys.username,
               keys.username_end, query.text,
               array_of(query.appids, [](const string& appid) { return std::string_view{appid}; }),
               limit),
      account_of);
}

} // namespace maque::db
