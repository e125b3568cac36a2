#include "db/sqlite_transaction.hpp"

namespace maque::db {

sqlite_transactions::sqlite_transactions(sqlite_database& database)
    : database_{&database}, begin_{database, "BEGIN"}, begin_immediate_{database,
                                                                        "BEGIN IMMEDIATE"},
      commit_{database, "COMMIT"}, rollback_{database, "ROLLBACK"}, savepoint_{database,
                                                                               "SAVEPOINT request"},
      rollback_to_{database, "ROLLBACK TO request"}, release_{database, "RELEASE request"} {}

void sqlite_transactions::roll_back_if_open() noexcept {
  // A rollback that fails has nothing better to try; the next BEGIN would report it.
  if (database_->in_transaction()) static_cast<void>(rollback_.run());
}

} // namespace maque::db
