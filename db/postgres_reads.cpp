#include "db/postgres_reads.hpp"

#include "db/postgres_array.hpp"
#include "db/postgres_rows.hpp"

#include <pqxx/pqxx>

#include <functional>
#include <unordered_map>

namespace maque::db {
namespace {

using std::string;

// An index finds each id, whatever the planner thinks of the size of a table that is new to it.
const postgres_statement find_users_statement{"find_users",
                                              string{"SELECT "} + postgres_user_columns +
                                                  " FROM users u WHERE u.id = ANY($1::bigint[])"
                                                  " AND u.deleted_at IS NULL"};

const postgres_statement list_users_statement{
    "list_users", string{"SELECT "} + postgres_user_columns +
                      " FROM users u WHERE u.id > $1 AND NOT u.disabled"
                      " AND u.deleted_at IS NULL ORDER BY u.id LIMIT $2"};

const postgres_statement find_sessions_statement{
    "find_sessions", string{"SELECT "} + postgres_session_columns +
                         " FROM sessions s WHERE s.id = ANY($1::bigint[])"};

const postgres_statement list_sessions_statement{
    "list_sessions", string{"SELECT "} + postgres_session_columns +
                         " FROM sessions s WHERE s.user_id = $1 AND s.ended_at IS NULL"
                         " ORDER BY s.id"};

const postgres_statement ended_since_statement{
    "ended_since", "SELECT id FROM sessions WHERE ended_at >= $1 ORDER BY ended_at, id"};

template <class Row, class Id>
std::vector<std::optional<Row>> find(postgres_connection& from, const postgres_statement& statement,
                                     std::span<const Id> ids, Row (*read)(const pqxx::row&)) {
  std::vector<std::optional<Row>> found(ids.size());
  if (ids.empty()) return found;
  const pqxx::result rows = from.run(statement, array_of(ids, std::identity{}));
  std::unordered_map<Id, pqxx::result::size_type> places;
  for (pqxx::result::size_type i = 0; i < rows.size(); ++i)
    places.emplace(id_at<Id>(rows[i], 0), i);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (const auto place = places.find(ids[i]); place != places.end())
      found[i] = read(rows[place->second]);
  }
  return found;
}

} // namespace

std::vector<std::optional<user>> find_users(postgres_connection& from,
                                            std::span<const user_id> ids) {
  return find(from, find_users_statement, ids, user_of);
}

std::vector<user> list_users(postgres_connection& from, const user_page_query& query) {
  const auto after = static_cast<std::int64_t>(query.after.value_or(user_id{}).value);
  std::vector<user> page;
  for (const pqxx::row& row :
       from.run(list_users_statement, after, static_cast<std::int64_t>(query.limit))) {
    page.push_back(user_of(row));
  }
  return page;
}

std::vector<std::optional<session>> find_sessions(postgres_connection& from,
                                                  std::span<const session_id> ids) {
  return find(from, find_sessions_statement, ids, session_of);
}

std::vector<session> list_sessions(postgres_connection& from, user_id user) {
  std::vector<session> open;
  for (const pqxx::row& row :
       from.run(list_sessions_statement, static_cast<std::int64_t>(user.value)))
    open.push_back(session_of(row));
  return open;
}

ended_sessions sessions_ended_since(postgres_connection& from, utc_time since) {
  ended_sessions ended;
  for (const pqxx::row& row : from.run(ended_since_statement, to_unix_micros(since)))
    ended.push_back(id_at<session_id>(row, 0));
  return ended;
}

} // namespace maque::db
