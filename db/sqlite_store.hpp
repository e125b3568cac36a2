#pragma once

#include "db/store.hpp"

#include <chrono>
#include <filesystem>
#include <memory>

namespace maque::db {

/// SQLite in `file` (its folder is made if it is missing): WAL, synchronous=FULL, one writer.
/// @param statement_timeout after this a waiting or running statement fails.
std::unique_ptr<store_factory> make_sqlite_factory(std::filesystem::path file,
                                                   std::chrono::milliseconds statement_timeout);

} // namespace maque::db
