#include "db/postgres_config.hpp"

#include "db/postgres_array.hpp"
#include "db/postgres_rows.hpp"

#include <pqxx/pqxx>

#include <optional>
#include <string>

namespace maque::db {
namespace {

using std::string;

const postgres_statement published_statement{
    "published", "SELECT coalesce((SELECT max(version) FROM config_versions), 0),"
                 " (SELECT json FROM config_values WHERE key = $1)"};
const postgres_statement insert_version_statement{
    "insert_version", "INSERT INTO config_versions (version, key, json, published_at)"
                      " VALUES ($1, $2, ($3::text[])[1], $4)"};
const postgres_statement put_value_statement{
    "put_value", "INSERT INTO config_values (key, json, version) VALUES ($1, $2, $3)"
                 " ON CONFLICT (key) DO UPDATE"
                 " SET json = excluded.json, version = excluded.version"};
const postgres_statement remove_value_statement{"remove_value",
                                                "DELETE FROM config_values WHERE key = $1"};

} // namespace

std::uint64_t publish(postgres_connection& to, const set_config_value& request) {
  // Versions count without gaps, also when two nodes publish at once. Readers aren't kept waiting.
  to.run("LOCK TABLE config_versions IN EXCLUSIVE MODE");
  const auto row = to.run(published_statement, request.key)[0];
  const auto newest = integer_at(row, 0);
  std::optional<string> published;
  if (!row[1].is_null()) published = row[1].as<string>();
  if (published == request.json) return static_cast<std::uint64_t>(newest);

  const std::int64_t next = newest + 1;
  to.run(insert_version_statement, next, request.key, optional_of(request.json),
         to_unix_micros(request.at));
  if (request.json)
    to.run(put_value_statement, request.key, *request.json, next);
  else
    to.run(remove_value_statement, request.key);
  return static_cast<std::uint64_t>(next);
}

} // namespace maque::db
