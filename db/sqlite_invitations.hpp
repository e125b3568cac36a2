#pragma once

#include "db/sqlite_statement.hpp"
#include "db/store.hpp"

namespace maque::db {

/// The table `invitations`.
class sqlite_invitations {
public:
  explicit sqlite_invitations(sqlite_database& database);

  /// See store::list_invitations().
  result<std::vector<invitation>> list();
  result<invitation> perform(const add_invitation& request);
  result<invitation> perform(const remove_invitation& request);
  /// One use of it. Fails with invalid_invitation.
  result<void> take(const sha256_digest& code_hash, utc_time at);

private:
  sqlite_statement list_;
  sqlite_statement add_;
  sqlite_statement remove_;
  sqlite_statement take_;
};

} // namespace maque::db
