#pragma once

#include "db/sqlite_lookup.hpp"
#include "db/store.hpp"

namespace maque::db {

/// The table `sessions`.
class sqlite_sessions {
public:
  explicit sqlite_sessions(sqlite_database& database);

  result<std::vector<std::optional<session>>> find(std::span<const session_id> ids);
  result<ended_sessions> ended_since(utc_time since);
  result<void> insert(const session& opened);
  result<session> rotate(const rotate_refresh& request);
  result<ended_sessions> end(const end_sessions& request);

private:
  sqlite_lookup<session, session_id> find_;
  sqlite_statement ended_since_;
  sqlite_statement insert_;
  sqlite_statement rotate_;
  sqlite_statement end_this_;
  sqlite_statement end_others_;
  sqlite_statement end_all_;
};

} // namespace maque::db
