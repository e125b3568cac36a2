#pragma once

#include "db/sqlite_statement.hpp"
#include "db/store.hpp"

namespace maque::db {

/// The table `phone_numbers`.
class sqlite_phones {
public:
  explicit sqlite_phones(sqlite_database& database);

  /// See store::find_bound_phones().
  result<std::vector<std::optional<bound_phone>>> find(std::span<const find_bound_phone> wanted);
  /// Whoever the user is.
  result<bound_phone> put(const bind_phone_number& request);
  result<void> remove(user_id user);

private:
  sqlite_statement find_;
  sqlite_statement put_;
  sqlite_statement remove_;
};

} // namespace maque::db
