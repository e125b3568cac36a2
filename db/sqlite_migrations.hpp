#pragma once

#include <span>
#include <string_view>

namespace maque::db {

/// One step of the schema's history. Append-only: once released, a step never changes.
struct migration {
  int version = 0; ///< 1, 2, 3 … without gaps.
  std::string_view name;
  std::string_view checksum; ///< SHA-256 of the file, in hex.
  std::string_view sql;
};

/// The files of db/migrations/sqlite, which are part of the program, in order.
std::span<const migration> sqlite_migrations() noexcept;

} // namespace maque::db
