#include "db/postgres_api_keys.hpp"

#include "db/postgres_array.hpp"
#include "db/postgres_rows.hpp"
#include "domain/limits.hpp"

#include <pqxx/pqxx>

namespace maque::db {
namespace {

using std::string;

constexpr const char* api_key_columns = "k.id, k.name, k.key_hash, k.scopes, k.created_at,"
                                        " k.expires_at, k.revoked_at, k.last_used_at";
constexpr int api_key_width = 8;

const postgres_statement find_api_keys_statement{
    "find_api_keys", string{"SELECT "} + api_key_columns +
                         ", w.place"
                         " FROM unnest($1::bytea[]) WITH ORDINALITY AS w (key_hash, place)"
                         " JOIN api_keys k ON k.key_hash = w.key_hash"};
const postgres_statement list_api_keys_statement{
    "list_api_keys", string{"SELECT "} + api_key_columns + " FROM api_keys k ORDER BY k.id"};
const postgres_statement add_api_key_statement{
    "add_api_key",
    string{"INSERT INTO api_keys AS k (id, name, key_hash, scopes, created_at, expires_at,"
           " revoked_at, last_used_at) VALUES ($1, $2, $3::bytea, $4, $5, ($6::bigint[])[1],"
           " ($7::bigint[])[1], ($8::bigint[])[1]) ON CONFLICT DO NOTHING RETURNING "} +
        api_key_columns};
const postgres_statement revoke_api_key_statement{
    "revoke_api_key", string{"UPDATE api_keys k SET revoked_at = $2"
                             " WHERE k.id = $1 AND k.revoked_at IS NULL RETURNING "} +
                          api_key_columns};
const postgres_statement touch_api_key_statement{
    "touch_api_key", "UPDATE api_keys k SET last_used_at = $2 WHERE k.id = $1"
                     " AND (k.last_used_at IS NULL OR k.last_used_at <= $3) RETURNING k.id"};

std::optional<utc_time> optional_time_at(const pqxx::row& row, int column) {
  if (row[column].is_null()) return std::nullopt;
  return from_unix_micros(integer_at(row, column));
}

api_key api_key_of(const pqxx::row& row) {
  return {.id = id_at<api_key_id>(row, 0),
          .name = row[1].as<string>(),
          .hash = digest_at(row, 2),
          .scopes = api_scopes::parse(row[3].as<string>()),
          .created_at = from_unix_micros(integer_at(row, 4)),
          .expires_at = optional_time_at(row, 5),
          .revoked_at = optional_time_at(row, 6),
          .last_used_at = optional_time_at(row, 7)};
}

std::int64_t number_of(api_key_id id) {
  return static_cast<std::int64_t>(id.value);
}

} // namespace

std::vector<std::optional<api_key>> find_api_keys(postgres_connection& from,
                                                  std::span<const find_api_key> wanted) {
  std::vector<std::optional<api_key>> found(wanted.size());
  if (wanted.empty()) return found;
  const auto hash_of = [](const find_api_key& each) {
    return std::span<const std::uint8_t>{each.hash};
  };
  for (const pqxx::row& row : from.run(find_api_keys_statement, array_of(wanted, hash_of)))
    found.at(static_cast<std::size_t>(integer_at(row, api_key_width) - 1)) = api_key_of(row);
  return found;
}

std::vector<api_key> list_api_keys(postgres_connection& from) {
  std::vector<api_key> all;
  for (const pqxx::row& row : from.run(list_api_keys_statement))
    all.push_back(api_key_of(row));
  return all;
}

result<api_key> perform(postgres_connection& to, const add_api_key& request) {
  const api_key& added = request.added;
  const auto rows =
      to.run(add_api_key_statement, number_of(added.id), added.name, bytea_of(added.hash),
             added.scopes.text(), to_unix_micros(added.created_at), optional_of(added.expires_at),
             optional_of(added.revoked_at), optional_of(added.last_used_at));
  if (rows.empty()) return fail(errc::conflict);
  return api_key_of(rows[0]);
}

result<api_key> perform(postgres_connection& to, const revoke_api_key& request) {
  const auto rows =
      to.run(revoke_api_key_statement, number_of(request.id), to_unix_micros(request.at));
  if (rows.empty()) return fail(errc::conflict);
  return api_key_of(rows[0]);
}

result<std::uint64_t> perform(postgres_connection& to, const touch_api_key& request) {
  return to
      .run(touch_api_key_statement, number_of(request.id), to_unix_micros(request.at),
           to_unix_micros(request.at - limits::api_key_touch_interval))
      .size();
}

} // namespace maque::db
