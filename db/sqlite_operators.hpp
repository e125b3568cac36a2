#pragma once

#include "db/sqlite_statement.hpp"
#include "db/store.hpp"

namespace maque::db {

/// What operators ask for: the table `audit_log`, and pages of others' tables.
class sqlite_operators {
public:
  explicit sqlite_operators(sqlite_database& database);

  result<std::uint64_t> perform(const record_action& request);
  /// See store.
  result<std::vector<audit_entry>> list(const audit_page_query& query);
  result<std::vector<session>> list(const session_page_query& query);
  result<std::vector<account>> find(const account_search& query);

private:
  sqlite_statement record_;
  sqlite_statement list_;
  sqlite_statement list_sessions_;
  sqlite_statement newest_;
  sqlite_statement search_;
};

} // namespace maque::db
