#pragma once

#include "db/sqlite_statement.hpp"
#include "db/store.hpp"

namespace maque::db {

/// The tables `config_values` and `config_versions`.
class sqlite_config {
public:
  explicit sqlite_config(sqlite_database& database);

  result<std::uint64_t> version();
  result<std::vector<config_entry>> entries();
  /// A request that changes nothing makes no new version.
  result<std::uint64_t> set(const set_config_value& request);

private:
  result<std::optional<std::string>> find(const std::string& key);

  sqlite_statement version_;
  sqlite_statement entries_;
  sqlite_statement find_;
  sqlite_statement insert_version_;
  sqlite_statement upsert_;
  sqlite_statement remove_;
};

} // namespace maque::db
