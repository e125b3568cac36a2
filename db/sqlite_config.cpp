#include "db/sqlite_config.hpp"

namespace maque::db {
namespace {

std::uint64_t read_version(const sqlite_row& row) {
  return static_cast<std::uint64_t>(row.integer(0));
}

} // namespace

sqlite_config::sqlite_config(sqlite_database& database)
    : version_{database, "SELECT coalesce(max(version), 0) FROM config_versions"},
      entries_{database, "SELECT key, json FROM config_values ORDER BY key"},
      find_{database, "SELECT json FROM config_values WHERE key = ?1"},
      insert_version_{database, "INSERT INTO config_versions (version, key, json, published_at)"
                                " VALUES (?1, ?2, ?3, ?4)"},
      upsert_{database, "INSERT INTO config_values (key, json, version) VALUES (?1, ?2, ?3)"
                        " ON CONFLICT (key) DO UPDATE"
                        " SET json = excluded.json, version = excluded.version"},
      remove_{database, "DELETE FROM config_values WHERE key = ?1"} {}

result<std::uint64_t> sqlite_config::version() {
  return version_.first(read_version).map([](const auto& newest) { return newest.value_or(0); });
}

result<std::vector<config_entry>> sqlite_config::entries() {
  return entries_.all([](const sqlite_row& row) { return config_entry{row.text(0), row.text(1)}; });
}

result<std::uint64_t> sqlite_config::set(const set_config_value& request) {
  const auto published = find(request.key);
  if (!published) return tl::unexpected{published.error()};
  auto newest = version();
  if (!newest || *published == request.json) return newest;

  const std::uint64_t next = *newest + 1;
  const auto written =
      insert_version_.run(next, request.key, request.json, request.at).and_then([&] {
        return request.json ? upsert_.run(request.key, *request.json, next)
                            : remove_.run(request.key);
      });
  return written.map([&] { return next; });
}

result<std::optional<std::string>> sqlite_config::find(const std::string& key) {
  return find_.first([](const sqlite_row& row) { return row.text(0); }, key);
}

} // namespace maque::db
