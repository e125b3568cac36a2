#include "db/postgres_config.hpp"

#include "db/config_columns.hpp"
#include "db/config_editor.hpp"
#include "db/postgres_array.hpp"
#include "db/postgres_rows.hpp"

#include <pqxx/pqxx>

#include <string>

namespace maque::db {
namespace {

using std::string;

const postgres_statement newest_version_statement{
    "config_version", "SELECT coalesce(max(version), 0) FROM config_versions"};
const postgres_statement load_config_statement{
    "load_config", string{"SELECT newest.version, "} + config_entry_columns +
                       " FROM (SELECT coalesce(max(version), 0) AS version FROM config_versions)"
                       " newest LEFT JOIN (config_values c JOIN config_versions v"
                       " ON v.version = c.version) ON TRUE ORDER BY c.key"};
const postgres_statement items_statement{"config_items",
                                         string{config_items_sql} + " ORDER BY k.key"};
const postgres_statement item_statement{"config_item",
                                        string{config_items_sql} + " WHERE k.key = $1"};
const postgres_statement history_statement{
    "config_history", string{"SELECT "} + config_version_columns +
                          " FROM config_versions WHERE key = $1 AND version < $2"
                          " ORDER BY version DESC LIMIT $3"};
const postgres_statement version_statement{
    "config_version_of", string{"SELECT "} + config_version_columns +
                             " FROM config_versions WHERE key = $1 AND version = $2"};
const postgres_statement insert_version_statement{
    "insert_version",
    "INSERT INTO config_versions (version, key, json, description, visibility, percentage, appids,"
    " otherwise, json_schema, who, published_at, note) VALUES ($1, $2, ($3::text[])[1],"
    " ($4::text[])[1], ($5::text[])[1], ($6::bigint[])[1], ($7::text[])[1], ($8::text[])[1],"
    " ($9::text[])[1], $10, $11, $12)"};
const postgres_statement put_value_statement{
    "put_value", "INSERT INTO config_values (key, json, version) VALUES ($1, $2, $3)"
                 " ON CONFLICT (key) DO UPDATE"
                 " SET json = excluded.json, version = excluded.version"};
const postgres_statement remove_value_statement{"remove_value",
                                                "DELETE FROM config_values WHERE key = $1"};
const postgres_statement put_draft_statement{
    "put_draft",
    "INSERT INTO config_drafts (key, json, description, visibility, percentage, appids, otherwise,"
    " json_schema, saved_by, saved_at, base_version, revision) VALUES ($1, ($2::text[])[1],"
    " ($3::text[])[1], ($4::text[])[1], ($5::bigint[])[1], ($6::text[])[1], ($7::text[])[1],"
    " ($8::text[])[1], $9, $10, $11, $12)"
    " ON CONFLICT (key) DO UPDATE SET json = excluded.json, description = excluded.description,"
    " visibility = excluded.visibility, percentage = excluded.percentage,"
    " appids = excluded.appids, otherwise = excluded.otherwise,"
    " json_schema = excluded.json_schema, saved_by = excluded.saved_by,"
    " saved_at = excluded.saved_at, base_version = excluded.base_version,"
    " revision = excluded.revision"};
const postgres_statement remove_draft_statement{"remove_draft",
                                                "DELETE FROM config_drafts WHERE key = $1"};
const postgres_statement notify_statement{"notify_config",
                                          "SELECT pg_notify('maque_config', $1::bigint::text)"};

class postgres_config_row final : public config_row {
public:
  explicit postgres_config_row(const pqxx::row& row) : row_{row} {}

  std::optional<string> text(int column) const override {
    return row_[column].is_null() ? std::nullopt : std::optional{row_[column].as<string>()};
  }
  std::optional<std::int64_t> integer(int column) const override {
    return row_[column].is_null() ? std::nullopt : std::optional{integer_at(row_, column)};
  }

private:
  const pqxx::row& row_;
};

std::int64_t signed_of(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}

/// What fails is thrown, not returned.
class postgres_config_tables final : public config_tables {
public:
  explicit postgres_config_tables(postgres_connection& to) : to_{to} {}

  result<std::uint64_t> newest_version() override { return newest_config_version(to_); }

  result<config_item> item(const string& key) override {
    return config_item_of(to_, key).value_or(config_item{.key = key});
  }

  result<std::optional<config_version>> version_of(const string& key,
                                                   std::uint64_t version) override {
    const auto rows = to_.run(version_statement, key, signed_of(version));
    if (rows.empty()) return std::nullopt;
    return read_config_version(postgres_config_row{rows[0]});
  }

  result<void> append(const string& key, const config_version& made) override {
    const std::int64_t version = signed_of(made.version);
    const config_fields fields = made.content ? fields_of(*made.content) : config_fields{};
    to_.run(insert_version_statement, version, key, optional_of(fields.json),
            optional_of(fields.description), optional_of(fields.visibility),
            optional_of(fields.percentage), optional_of(fields.appids),
            optional_of(fields.otherwise), optional_of(fields.json_schema), made.by.who,
            to_unix_micros(made.by.at), made.by.note);
    if (fields.json)
      to_.run(put_value_statement, key, *fields.json, version);
    else
      to_.run(remove_value_statement, key);
    to_.run(notify_statement, version);
    return {};
  }

  result<void> put_draft(const string& key, const config_draft& draft) override {
    const config_fields fields = fields_of(draft.content);
    to_.run(put_draft_statement, key, optional_of(fields.json), optional_of(fields.description),
            optional_of(fields.visibility), optional_of(fields.percentage),
            optional_of(fields.appids), optional_of(fields.otherwise),
            optional_of(fields.json_schema), draft.saved_by, to_unix_micros(draft.saved_at),
            signed_of(draft.base_version), signed_of(draft.revision));
    return {};
  }

  result<void> remove_draft(const string& key) override {
    to_.run(remove_draft_statement, key);
    return {};
  }

private:
  postgres_connection& to_;
};

} // namespace

bool is_config_write(const write_request& request) {
  return std::visit([]<class Request>(const Request&) { return config_write<Request>; }, request);
}

result<write_outcome> edit_config(postgres_connection& to, const write_request& request) {
  // Versions count without gaps, also when two nodes publish at once. Readers aren't kept waiting.
  to.run("LOCK TABLE config_versions IN EXCLUSIVE MODE");
  postgres_config_tables tables{to};
  return std::visit(
      [&]<class Request>(const Request& wanted) -> result<write_outcome> {
        if constexpr (config_write<Request>)
          return config_editor{tables}.perform(wanted);
        else
          return fail(errc::internal, {}, "this is no change of the configuration");
      },
      request);
}

std::uint64_t newest_config_version(postgres_connection& from) {
  return static_cast<std::uint64_t>(integer_at(from.run(newest_version_statement)[0], 0));
}

config_snapshot load_config(postgres_connection& from) {
  config_snapshot snapshot;
  for (const pqxx::row& row : from.run(load_config_statement)) {
    snapshot.version = static_cast<std::uint64_t>(integer_at(row, 0));
    if (!row[1].is_null())
      snapshot.entries.push_back(read_config_entry(postgres_config_row{row}, 1));
  }
  return snapshot;
}

std::vector<config_item> list_config_items(postgres_connection& from) {
  std::vector<config_item> items;
  for (const pqxx::row& row : from.run(items_statement))
    items.push_back(read_config_item(postgres_config_row{row}));
  return items;
}

std::optional<config_item> config_item_of(postgres_connection& from, const string& key) {
  // It can't be stored, so there is none.
  if (key.find('\0') != string::npos) return std::nullopt;
  const auto rows = from.run(item_statement, key);
  if (rows.empty()) return std::nullopt;
  return read_config_item(postgres_config_row{rows[0]});
}

config_history config_history_of(postgres_connection& from, const list_config_history& query) {
  config_history versions;
  if (query.key.find('\0') != string::npos) return versions;
  const std::int64_t before = query.before ? signed_of(*query.before) : INT64_MAX;
  for (const pqxx::row& row :
       from.run(history_statement, query.key, before, std::int64_t{query.limit}))
    versions.push_back(read_config_version(postgres_config_row{row}));
  return versions;
}

} // namespace maque::db
