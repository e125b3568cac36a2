#include "db/postgres_identities.hpp"

#include "db/postgres_array.hpp"
#include "db/postgres_rows.hpp"

#include <pqxx/pqxx>

namespace maque::db {
namespace {

// A mini-program that joins an open platform account gets unionids only from then on.
const postgres_statement renew_statement{
    "renew_identities",
    "UPDATE wechat_identities i SET unionid = coalesce(i.unionid, w.unionid),"
    " sealed_session_key = w.sealed, session_key_at = w.at"
    " FROM unnest($1::text[], $2::text[], $3::text[], $4::bytea[], $5::bigint[])"
    " AS w (appid, openid, unionid, sealed, at)"
    " WHERE i.appid = w.appid AND i.openid = w.openid"};

const postgres_statement find_statement{
    "find_session_keys",
    "SELECT w.place, i.openid, i.sealed_session_key"
    " FROM unnest($1::bigint[], $2::text[]) WITH ORDINALITY AS w (user_id, appid, place)"
    " JOIN wechat_identities i ON i.user_id = w.user_id AND i.appid = w.appid"
    " WHERE i.sealed_session_key IS NOT NULL"};

} // namespace

void renew_identities(postgres_connection& to, std::span<const renewed_identity> renewed) {
  if (renewed.empty()) return;
  to.run(renew_statement, array_of(renewed, [](const auto& each) { return each.appid; }),
         array_of(renewed, [](const auto& each) { return each.openid; }),
         array_of(renewed, [](const auto& each) { return each.unionid; }),
         array_of(renewed, [](const auto& each) { return each.sealed_session_key; }),
         array_of(renewed, [](const auto& each) { return each.at; }));
}

std::vector<std::optional<stored_session_key>>
find_session_keys(postgres_connection& from, std::span<const find_session_key> wanted) {
  std::vector<std::optional<stored_session_key>> found(wanted.size());
  if (wanted.empty()) return found;
  const auto rows =
      from.run(find_statement, array_of(wanted, [](const auto& each) { return each.user; }),
               array_of(wanted, [](const auto& each) { return std::string_view{each.appid}; }));
  for (const pqxx::row& row : rows)
    found.at(static_cast<std::size_t>(integer_at(row, 0) - 1)) =
        stored_session_key{row[1].as<std::string>(), bytes_at(row, 2)};
  return found;
}

} // namespace maque::db
