#include "db/sqlite_backup.hpp"

#include "db/sqlite_migrator.hpp"
#include "db/sqlite_statement.hpp"

#include <sqlite3.h>

#include <memory>
#include <string>
#include <utility>

namespace maque::db {

namespace {

/// To look through all of a large copy takes a while.
constexpr std::chrono::milliseconds backup_limit = std::chrono::hours{24};

constexpr int pages_a_step = 256; // of 4 KiB: 1 MiB

struct backup_closer {
  void operator()(sqlite3_backup* backup) const noexcept { sqlite3_backup_finish(backup); }
};

result<void> check_copy(sqlite_database& copy) {
  sqlite_statement quick_check{copy, "PRAGMA quick_check(1)"};
  const auto found = quick_check.first([](const sqlite_row& row) { return row.text(0); });
  if (!found) return tl::unexpected{found.error()};
  if (found->value_or("") == "ok") return {};
  return fail(errc::database_unavailable, {},
              "the database is damaged (" + found->value_or("no answer") +
                  "), and so would be its backup: restore an older one");
}

} // namespace

class sqlite_backup {
public:
  /// Copies page by page what `from` sees in its transaction.
  static result<void> copy(sqlite_database& from, sqlite_database& to,
                           progress_listener& progress) {
    const std::unique_ptr<sqlite3_backup, backup_closer> backup{
        sqlite3_backup_init(to.handle_.get(), "main", from.handle_.get(), "main")};
    if (!backup) return tl::unexpected{to.failure(sqlite3_errcode(to.handle_.get()))};
    bool begun = false;
    for (;;) {
      const int code = sqlite3_backup_step(backup.get(), pages_a_step);
      if (code != SQLITE_OK && code != SQLITE_DONE) return tl::unexpected{to.failure(code)};
      const int total = sqlite3_backup_pagecount(backup.get());
      if (!std::exchange(begun, true))
        progress.begin("copying", static_cast<std::uint64_t>(total), "pages");
      progress.advance_to(
          static_cast<std::uint64_t>(total - sqlite3_backup_remaining(backup.get())));
      if (code == SQLITE_DONE) break;
    }
    progress.end();
    return {};
  }
};

/// SQLite's backup interface begins anew whenever somebody has written between two of its steps, so
/// that with a busy server it would never come to an end. Inside a transaction of the source it
/// doesn't: under WAL that reads one state and keeps no writer waiting, it only keeps the log from
/// being shortened until the end. VACUUM INTO would read one state as well, but it makes another
/// file of the same rows, with more work, without a word on how far it is; this copies the pages
/// and so has damage shown by the check instead of hidden.
result<void> back_up_sqlite(const std::filesystem::path& from, const std::filesystem::path& to,
                            std::chrono::milliseconds lock_timeout, progress_listener& progress) {
  const sqlite_timeouts timeouts{.lock = lock_timeout, .run = backup_limit};
  const auto source = sqlite_database::open(from, sqlite_access::read, timeouts);
  if (!source) return tl::unexpected{source.error()};
  const auto copy = sqlite_database::open(to, sqlite_access::copy, timeouts);
  if (!copy) return tl::unexpected{copy.error()};
  return (*source)
      ->run_script("BEGIN; SELECT count(*) FROM sqlite_schema")
      .and_then([&] { return require_schema(**source, sqlite_migrations()); })
      .and_then([&] { return sqlite_backup::copy(**source, **copy, progress); })
      // The copied header asks for a write-ahead log: two more files, and the right to write.
      .and_then([&] { return (*copy)->run_script("PRAGMA journal_mode = DELETE"); })
      .and_then([&] { return check_copy(**copy); });
}

} // namespace maque::db
