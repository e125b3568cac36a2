#include "db/sqlite_config.hpp"

#include "db/config_columns.hpp"

namespace maque::db {
namespace {

using std::string;

class sqlite_config_row final : public config_row {
public:
  explicit sqlite_config_row(const sqlite_row& row) : row_{row} {}

  std::optional<string> text(int column) const override {
    return row_.is_null(column) ? std::nullopt : std::optional{row_.text(column)};
  }
  std::optional<std::int64_t> integer(int column) const override {
    return row_.is_null(column) ? std::nullopt : std::optional{row_.integer(column)};
  }

private:
  const sqlite_row& row_;
};

config_item read_item(const sqlite_row& row) {
  return read_config_item(sqlite_config_row{row});
}

config_version read_version(const sqlite_row& row) {
  return read_config_version(sqlite_config_row{row});
}

config_entry read_entry(const sqlite_row& row) {
  return read_config_entry(sqlite_config_row{row}, 0);
}

std::int64_t sqlite_number(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}

} // namespace

sqlite_config::sqlite_config(sqlite_database& database)
    : newest_version_{database, "SELECT coalesce(max(version), 0) FROM config_versions"},
      entries_{database, string{"SELECT "} + config_entry_columns +
                             " FROM config_values c JOIN config_versions v ON v.version = c.version"
                             " ORDER BY c.key"},
      items_{database, string{config_items_sql} + " ORDER BY k.key"},
      item_{database, string{config_items_sql} + " WHERE k.key = ?1"},
      history_{database, string{"SELECT "} + config_version_columns +
                             " FROM config_versions WHERE key = ?1 AND version < ?2"
                             " ORDER BY version DESC LIMIT ?3"},
      version_{database, string{"SELECT "} + config_version_columns +
                             " FROM config_versions WHERE key = ?1 AND version = ?2"},
      insert_version_{database,
                      "INSERT INTO config_versions (version, key, json, description, visibility,"
                      " percentage, appids, otherwise, json_schema, who, published_at, note)"
                      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"},
      put_value_{database, "INSERT INTO config_values (key, json, version) VALUES (?1, ?2, ?3)"
                           " ON CONFLICT (key) DO UPDATE"
                           " SET json = excluded.json, version = excluded.version"},
      remove_value_{database, "DELETE FROM config_values WHERE key = ?1"},
      put_draft_{database, "INSERT OR REPLACE INTO config_drafts (key, json, description,"
                           " visibility, percentage, appids, otherwise, json_schema, saved_by,"
                           " saved_at, base_version, revision)"
                           " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"},
      remove_draft_{database, "DELETE FROM config_drafts WHERE key = ?1"} {}

result<std::vector<config_entry>> sqlite_config::entries() {
  return entries_.all(read_entry);
}

result<std::vector<config_item>> sqlite_config::items() {
  return items_.all(read_item);
}

result<std::optional<config_item>> sqlite_config::find(const string& key) {
  return item_.first(read_item, key);
}

result<config_history> sqlite_config::history(const list_config_history& query) {
  const std::int64_t before = query.before ? sqlite_number(*query.before) : INT64_MAX;
  return history_.all(read_version, query.key, before, std::int64_t{query.limit});
}

result<std::uint64_t> sqlite_config::newest_version() {
  return newest_version_
      .first([](const sqlite_row& row) { return static_cast<std::uint64_t>(row.integer(0)); })
      .map([](const auto& newest) { return newest.value_or(0); });
}

result<config_item> sqlite_config::item(const string& key) {
  return find(key).map([&](std::optional<config_item> found) {
    return std::move(found).value_or(config_item{.key = key});
  });
}

result<std::optional<config_version>> sqlite_config::version_of(const string& key,
                                                                std::uint64_t version) {
  return version_.first(read_version, key, sqlite_number(version));
}

result<void> sqlite_config::append(const string& key, const config_version& made) {
  const std::int64_t version = sqlite_number(made.version);
  const config_fields fields = made.content ? fields_of(*made.content) : config_fields{};
  return insert_version_
      .run(version, key, fields.json, fields.description, fields.visibility, fields.percentage,
           fields.appids, fields.otherwise, fields.json_schema, made.by.who, made.by.at,
           made.by.note)
      .and_then([&] {
        return fields.json ? put_value_.run(key, *fields.json, version) : remove_value_.run(key);
      });
}

result<void> sqlite_config::put_draft(const string& key, const config_draft& draft) {
  const config_fields fields = fields_of(draft.content);
  return put_draft_.run(key, fields.json, fields.description, fields.visibility, fields.percentage,
                        fields.appids, fields.otherwise, fields.json_schema, draft.saved_by,
                        draft.saved_at, sqlite_number(draft.base_version),
                        sqlite_number(draft.revision));
}

result<void> sqlite_config::remove_draft(const string& key) {
  return remove_draft_.run(key);
}

} // namespace maque::db
