#pragma once

#include "db/archive.hpp"

#include <chrono>
#include <filesystem>
#include <memory>

namespace maque::db {

/// @param lock_timeout how long another connection's lock is waited for.
result<std::unique_ptr<archive_source>> open_sqlite_source(const std::filesystem::path& file,
                                                           std::chrono::milliseconds lock_timeout);
result<std::unique_ptr<archive_target>> open_sqlite_target(const std::filesystem::path& file,
                                                           std::chrono::milliseconds lock_timeout);

} // namespace maque::db
