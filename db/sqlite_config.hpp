#pragma once

#include "db/config_editor.hpp"
#include "db/sqlite_statement.hpp"
#include "db/store.hpp"

namespace maque::db {

/// The tables `config_values`, `config_versions` and `config_drafts`.
class sqlite_config final : public config_tables {
public:
  explicit sqlite_config(sqlite_database& database);

  result<std::vector<config_entry>> entries();
  result<std::vector<config_item>> items();
  result<std::optional<config_item>> find(const std::string& key);
  result<config_history> history(const list_config_history& query);

  result<std::uint64_t> newest_version() override;
  result<config_item> item(const std::string& key) override;
  result<std::optional<config_version>> version_of(const std::string& key,
                                                   std::uint64_t version) override;
  result<void> append(const std::string& key, const config_version& made) override;
  result<void> put_draft(const std::string& key, const config_draft& draft) override;
  result<void> remove_draft(const std::string& key) override;

private:
  sqlite_statement newest_version_;
  sqlite_statement entries_;
  sqlite_statement items_;
  sqlite_statement item_;
  sqlite_statement history_;
  sqlite_statement version_;
  sqlite_statement insert_version_;
  sqlite_statement put_value_;
  sqlite_statement remove_value_;
  sqlite_statement put_draft_;
  sqlite_statement remove_draft_;
};

} // namespace maque::db
