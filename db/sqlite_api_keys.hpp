#pragma once

#include "db/sqlite_statement.hpp"
#include "db/store.hpp"

namespace maque::db {

/// The table `api_keys`.
class sqlite_api_keys {
public:
  explicit sqlite_api_keys(sqlite_database& database);

  /// See store::find_api_keys() and list_api_keys().
  result<std::vector<std::optional<api_key>>> find(std::span<const find_api_key> wanted);
  result<std::vector<api_key>> list();
  result<api_key> perform(const add_api_key& request);
  result<api_key> perform(const revoke_api_key& request);
  result<std::uint64_t> perform(const touch_api_key& request);

private:
  sqlite_statement find_;
  sqlite_statement list_;
  sqlite_statement add_;
  sqlite_statement revoke_;
  sqlite_statement touch_;
};

} // namespace maque::db
