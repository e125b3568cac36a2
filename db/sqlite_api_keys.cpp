#include "db/sqlite_api_keys.hpp"

#include "domain/limits.hpp"

namespace maque::db {
namespace {

constexpr const char* columns_of_api_key =
    "id, name, key_hash, scopes, created_at, expires_at, revoked_at, last_used_at";

api_key read_api_key(const sqlite_row& row) {
  return {.id = row.id<api_key_id>(0),
          .name = row.text(1),
          .hash = row.digest(2),
          .scopes = api_scopes::parse(row.text(3)),
          .created_at = row.time(4),
          .expires_at = row.optional_time(5),
          .revoked_at = row.optional_time(6),
          .last_used_at = row.optional_time(7)};
}

/// The one that a statement has returned.
result<api_key> require_key(result<std::optional<api_key>> returned) {
  if (!returned) return tl::unexpected{std::move(returned.error())};
  if (!*returned) return fail(errc::conflict);
  return **std::move(returned);
}

} // namespace

sqlite_api_keys::sqlite_api_keys(sqlite_database& database)
    : find_{database,
            std::string{"SELECT "} + columns_of_api_key + " FROM api_keys WHERE key_hash = ?1"},
      list_{database, std::string{"SELECT "} + columns_of_api_key + " FROM api_keys ORDER BY id"},
      add_{database, std::string{"INSERT INTO api_keys ("} + columns_of_api_key +
                         ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING"
                         " RETURNING " +
                         columns_of_api_key},
      revoke_{database, std::string{"UPDATE api_keys SET revoked_at = ?2"
                                    " WHERE id = ?1 AND revoked_at IS NULL RETURNING "} +
                            columns_of_api_key},
      touch_{database, "UPDATE api_keys SET last_used_at = ?2 WHERE id = ?1"
                       " AND (last_used_at IS NULL OR last_used_at <= ?3) RETURNING 1"} {}

result<std::vector<std::optional<api_key>>>
sqlite_api_keys::find(std::span<const find_api_key> wanted) {
  std::vector<std::optional<api_key>> keys;
  for (const find_api_key& each : wanted) {
    auto found = find_.first(read_api_key, std::span{each.hash});
    if (!found) return tl::unexpected{std::move(found.error())};
    keys.push_back(std::move(*found));
  }
  return keys;
}

result<std::vector<api_key>> sqlite_api_keys::list() {
  return list_.all(read_api_key);
}

result<api_key> sqlite_api_keys::perform(const add_api_key& request) {
  const api_key& added = request.added;
  return require_key(add_.first(read_api_key, added.id, added.name, std::span{added.hash},
                                added.scopes.text(), added.created_at, added.expires_at,
                                added.revoked_at, added.last_used_at));
}

result<api_key> sqlite_api_keys::perform(const revoke_api_key& request) {
  return require_key(revoke_.first(read_api_key, request.id, request.at));
}

result<std::uint64_t> sqlite_api_keys::perform(const touch_api_key& request) {
  return touch_
      .first([](const sqlite_row&) { return true; }, request.id, request.at,
             request.at - limits::api_key_touch_interval)
      .map([](const auto& touched) { return std::uint64_t{touched ? 1U : 0U}; });
}

} // namespace maque::db
