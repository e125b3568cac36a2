#pragma once

#include "db/archive.hpp"

#include <chrono>
#include <filesystem>

namespace maque::db {

/// Makes the empty file `to` a copy of the database `from`; others may read and write meanwhile.
/// The copy is one file, checked by SQLite, without a write-ahead log beside it; it is not yet
/// forced to the disk. Fails with database_unavailable.
result<void> back_up_sqlite(const std::filesystem::path& from, const std::filesystem::path& to,
                            std::chrono::milliseconds lock_timeout, progress_listener& progress);

} // namespace maque::db
