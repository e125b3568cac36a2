#pragma once

#include "domain/errors.hpp"
#include "domain/time.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

struct sqlite3;

namespace maque::db {

enum class sqlite_access : std::uint8_t {
  look,   ///< Reads, and leaves no trace in the folder.
  read,   ///< Reads only.
  write,  ///< Reads and writes; the file must exist.
  copy,   ///< Writes to a file that is to be a copy of another: its journal is left as it is.
  create, ///< Reads and writes; the file and its folder are made if they are missing.
};

struct sqlite_timeouts {
  std::chrono::milliseconds lock; ///< How long a statement waits for another connection's lock.
  std::chrono::milliseconds run;  ///< How long a statement runs.
};

/// One connection to a SQLite file, for the use of one thread. Statements refer to it, so it stays
/// where it is.
class sqlite_database {
public:
  /// Fails with database_unavailable; the cause names the file and says what to do.
  static result<std::unique_ptr<sqlite_database>>
  open(const std::filesystem::path& file, sqlite_access access, sqlite_timeouts timeouts);

  ~sqlite_database();
  sqlite_database(const sqlite_database&) = delete;
  sqlite_database& operator=(const sqlite_database&) = delete;

  /// Runs all statements of `script`, which return nothing of interest.
  result<void> run_script(const std::string& script);

  bool in_transaction() const noexcept;

  const std::filesystem::path& file() const noexcept { return file_; }

private:
  friend class sqlite_backup;
  friend class sqlite_statement;

  struct closer {
    void operator()(sqlite3* handle) const noexcept;
  };

  sqlite_database(std::filesystem::path file, sqlite_timeouts timeouts);

  result<void> connect(sqlite_access access);
  result<void> harden();
  result<void> use_write_ahead_log();
  /// From now on a statement may run for timeouts_.run.
  void start_clock() noexcept;
  /// What the last call of the library that returned `code` failed with.
  error failure(int code) const;

  std::filesystem::path file_;
  sqlite_timeouts timeouts_;
  steady_time run_until_{};
  std::unique_ptr<sqlite3, closer> handle_;
};

} // namespace maque::db
