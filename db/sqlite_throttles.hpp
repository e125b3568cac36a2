#pragma once

#include "db/sqlite_statement.hpp"
#include "domain/throttle.hpp"

namespace maque::db {

/// The table `login_throttles`. A key without failures has no row.
class sqlite_throttles {
public:
  explicit sqlite_throttles(sqlite_database& database);

  /// Judges an attempt; one that is not refused is counted.
  result<attempt_verdict> begin(const attempt_keys& keys, const throttle_policy& policy,
                                utc_time at);
  result<void> forgive(const attempt_keys& keys, const throttle_policy& policy, utc_time at);

private:
  result<attempt_states> find(const attempt_keys& keys);
  result<void> put(const attempt_keys& keys, const attempt_states& states);

  sqlite_statement find_;
  sqlite_statement put_;
  sqlite_statement remove_;
};

} // namespace maque::db
