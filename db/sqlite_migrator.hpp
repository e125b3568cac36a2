#pragma once

#include "db/migrations.hpp"
#include "db/sqlite_database.hpp"

namespace maque::db {

/// Brings the schema of `file` to the last of `known`, in one transaction, and returns its version.
/// What can't be brought there is left as it is: see store_factory::migrate(). Several processes
/// may do this at once.
result<int> migrate_sqlite(const std::filesystem::path& file,
                           std::chrono::milliseconds statement_timeout,
                           std::span<const migration> known);

/// Fails with database_unavailable unless exactly `known` has been applied.
result<void> require_schema(sqlite_database& database, std::span<const migration> known);

} // namespace maque::db
