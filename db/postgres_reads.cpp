#include "db/postgres_reads.hpp"

#include "db/postgres_array.hpp"
#include "db/postgres_rows.hpp"

#include <pqxx/pqxx>

#include <charconv>
#include <functional>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace maque::db {
namespace {

using std::string;

// An index finds each id, whatever the planner thinks of the size of a table that is new to it.
const postgres_statement find_users_statement{"find_users",
                                              string{"SELECT "} + postgres_user_columns +
                                                  " FROM users u WHERE u.id = ANY($1::bigint[])"
                                                  " AND u.deleted_at IS NULL"};

// What a page costs is then mostly its rows: a statement of its own would cost as much again. They
// are one text, because each field of a reply costs both sides more than its bytes: before the two
// texts of a user come his id and how long each of them is.
const postgres_statement list_users_statement{
    "list_users", "SELECT w.place, p.users FROM unnest($1::bigint[], $2::bigint[])"
                  " WITH ORDINALITY AS w(after, wanted, place), LATERAL ("
                  "SELECT string_agg(u.id::text || ' ' || octet_length(u.nickname)::text || ' '"
                  " || octet_length(u.avatar_url)::text || ' ' || u.nickname || u.avatar_url, '')"
                  " AS users FROM ("
                  "SELECT id, nickname, avatar_url FROM users"
                  " WHERE id > w.after AND NOT disabled AND deleted_at IS NULL"
                  " ORDER BY id LIMIT w.wanted) u) p"};

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

/// Takes the rows of a page from the text that list_users_statement makes of them.
class listed_users {
public:
  explicit listed_users(std::string_view text) : left_{text} {}

  /// Nothing: that was all. Its texts live as long as the text that they are taken from.
  std::optional<public_profile> next() {
    if (left_.empty()) return std::nullopt;
    public_profile who;
    who.id.value = number();
    const std::uint64_t nickname = number();
    const std::uint64_t avatar_url = number();
    who.nickname = take(nickname);
    who.avatar_url = take(avatar_url);
    return who;
  }

private:
  std::uint64_t number() {
    std::uint64_t value = 0;
    const char* const end = left_.data() + left_.size();
    const auto [stop, failure] = std::from_chars(left_.data(), end, value);
    if (failure != std::errc{} || stop == end || *stop != ' ') fail();
    left_.remove_prefix(static_cast<std::size_t>(stop - left_.data()) + 1);
    return value;
  }

  std::string_view take(std::uint64_t size) {
    if (size > left_.size()) fail();
    const std::string_view taken = left_.substr(0, size);
    left_.remove_prefix(size);
    return taken;
  }

  [[noreturn]] static void fail() { throw std::runtime_error{"a page in an unknown form"}; }

  std::string_view left_;
};

} // namespace

std::vector<std::optional<user>> find_users(postgres_connection& from,
                                            std::span<const user_id> ids) {
  return find(from, find_users_statement, ids, user_of);
}

std::vector<profile_page> list_users(postgres_connection& from,
                                     std::span<const user_page_query> wanted) {
  const pqxx::result found = from.run(
      list_users_statement,
      array_of(wanted, [](const auto& each) { return each.after.value_or(user_id{}); }),
      array_of(wanted, [](const auto& each) { return static_cast<std::int64_t>(each.limit); }));
  // Nothing but ORDER BY would promise that they come in order.
  std::vector<std::string_view> texts(wanted.size());
  for (const pqxx::row& row : found)
    texts.at(static_cast<std::size_t>(integer_at(row, 0) - 1)) = {row[1].c_str(), row[1].size()};

  profile_pages_builder pages;
  pages.reserve(std::accumulate(
      wanted.begin(), wanted.end(), std::size_t{0},
      [](std::size_t sum, const user_page_query& each) { return sum + each.limit; }));
  for (const std::string_view text : texts) {
    listed_users users{text};
    while (const auto who = users.next())
      pages.add(*who);
    pages.end_page();
  }
  return std::move(pages).finish();
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
