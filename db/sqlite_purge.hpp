#pragma once

#include "db/sqlite_statement.hpp"
#include "domain/storage.hpp"

namespace maque::db {

/// Removes what serves nobody any more: see purge.
class sqlite_purge {
public:
  explicit sqlite_purge(sqlite_database& database);

  /// The number of rows.
  result<std::uint64_t> perform(const purge& request);

private:
  sqlite_statement sessions_;
  sqlite_statement throttles_;
  sqlite_statement invitations_;
  sqlite_statement audit_;
};

} // namespace maque::db
