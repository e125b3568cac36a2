#pragma once

#include "db/postgres_session.hpp"
#include "db/postgres_writer.hpp"

#include <cstdint>
#include <optional>

namespace maque::db {

write_outcomes every_one_failed(std::size_t count, const error& why);

/// The name of a batch: no other one ever has it.
struct batch_name {
  std::int64_t writer = 0; ///< Random; one for each store.
  std::int64_t number = 0; ///< Counts the store's batches.
};

/// Applies requests in one transaction, and repeats it where that gets over a fault, as long as the
/// session has time. Safe to repeat, even if it isn't known whether it was committed:
/// docs/adr/0008-writes-in-doubt.md.
class postgres_batch {
public:
  postgres_batch(postgres_session& session, batch_name name,
                 std::span<const write_request> requests)
      : session_{session}, name_{name}, requests_{requests} {}

  /// See store::apply().
  write_outcomes apply();

private:
  /// The commit is the last step. In outcomes_ is then what was committed, now or before.
  postgres_result<void> transact(postgres_connection& connection);
  /// Whether the batch is still to be done: false if an earlier attempt was committed after all.
  bool begin(postgres_connection& connection) const;
  postgres_result<void> perform(postgres_connection& connection);
  postgres_result<void> perform_one_by_one(postgres_connection& connection);
  void roll_back(postgres_connection& connection);
  /// Whether another attempt may go better, and prepares for it.
  bool may_try_again(postgres_fault fault);
  bool pause();

  postgres_session& session_;
  batch_name name_;
  std::span<const write_request> requests_;
  write_outcomes outcomes_;
  bool one_by_one_ = false;
  bool reconnected_ = false;
  int contentions_ = 0;
};

} // namespace maque::db
