#pragma once

#include "db/postgres_connection.hpp"
#include "domain/storage.hpp"

#include <map>
#include <span>
#include <vector>

namespace maque::db {

/// The table `login_throttles` for the time of one transaction: the states of all keys of its
/// requests are locked at once, in ascending order, so that two transactions don't wait for each
/// other; they are judged here and written back at the end. A key without failures has no row.
/// Throws what libpqxx throws.
class postgres_throttles {
public:
  explicit postgres_throttles(postgres_connection& to) : to_{to} {}

  /// Before anything else of the transaction.
  void lock(std::span<const write_request> requests);

  /// Judges an attempt; one that is not refused is counted.
  attempt_verdict begin(const attempt_keys& keys, const throttle_policy& policy, utc_time at);
  void forgive(const attempt_keys& keys, const throttle_policy& policy, utc_time at);

  void write();

private:
  using key_list = std::vector<throttle_key>;

  struct row {
    std::optional<throttle_state> state;
    bool changed = false;
  };

  void read(const key_list& keys);
  attempt_states known(const attempt_keys& keys) const;
  void keep(const attempt_keys& keys, const attempt_states& states);

  postgres_connection& to_;
  std::map<throttle_key, row> rows_; ///< Those that are there.
};

} // namespace maque::db
