#pragma once

#include "domain/errors.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

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
/// Those of db/migrations/postgres.
std::span<const migration> postgres_migrations() noexcept;

struct applied_migration {
  int version = 0;
  std::string checksum;
};

/// What a database says of its own past.
struct schema_history {
  bool foreign = false; ///< It has tables, but none that says what was applied.
  std::vector<applied_migration> applied;
};

/// How many of `known` have been applied. Fails with database_unavailable if what was applied is
/// not the beginning of `known`; the cause begins with `place`, the name of the database for
/// people.
result<std::size_t> judge(std::string_view place, const schema_history& history,
                          std::span<const migration> known);

/// Fails as judge() does, and if not all of `known` have been applied.
result<void> require_all(std::string_view place, const schema_history& history,
                         std::span<const migration> known);

} // namespace maque::db
