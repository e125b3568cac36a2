#pragma once

#include "db/sqlite_statement.hpp"

namespace maque::db {

/// Begins and ends the transactions of one connection.
class sqlite_transactions {
public:
  /// @param database must outlive this.
  explicit sqlite_transactions(sqlite_database& database);

  /// Runs `write`, which decides with commit() whether anything lasts. However it ends, no
  /// transaction stays open. Fails if the right to write can't be had in time.
  template <class Write>
  auto run_immediate(const Write& write) -> std::invoke_result_t<Write> {
    const ending guard{*this};
    if (auto begun = begin_immediate_.run(); !begun) return tl::unexpected{begun.error()};
    return write();
  }

  result<void> commit() { return commit_.run(); }

  /// Runs `read` so that all of its statements see the same state.
  template <class Read>
  auto run_snapshot(const Read& read) -> std::invoke_result_t<Read> {
    const ending guard{*this};
    if (auto begun = begin_.run(); !begun) return tl::unexpected{begun.error()};
    return read();
  }

  /// Inside a transaction: runs `write`, and undoes what it did, and only that, if it fails.
  template <class Write>
  auto run_all_or_nothing(const Write& write) -> std::invoke_result_t<Write> {
    if (auto saved = savepoint_.run(); !saved) return tl::unexpected{saved.error()};
    auto outcome = write();
    if (!outcome) {
      // Some failures, such as a full disk, end the whole transaction: nothing is left to undo.
      if (!database_->in_transaction()) return outcome;
      if (auto undone = rollback_to_.run(); !undone) return tl::unexpected{undone.error()};
    }
    if (auto released = release_.run(); !released) return tl::unexpected{released.error()};
    return outcome;
  }

private:
  /// Rolls back what is still open when it goes, be it by an error, by an exception or by choice.
  struct ending {
    sqlite_transactions& transactions;
    ~ending() { transactions.roll_back_if_open(); }
  };

  void roll_back_if_open() noexcept;

  sqlite_database* database_;
  sqlite_statement begin_;
  sqlite_statement begin_immediate_;
  sqlite_statement commit_;
  sqlite_statement rollback_;
  sqlite_statement savepoint_;
  sqlite_statement rollback_to_;
  sqlite_statement release_;
};

} // namespace maque::db
