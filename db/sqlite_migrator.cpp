#include "db/sqlite_migrator.hpp"

#include "db/sqlite_transaction.hpp"
#include "domain/time.hpp"

#include <algorithm>
#include <string>
#include <system_error>

namespace maque::db {
namespace {

namespace fs = std::filesystem;

/// A migration may rewrite a large table.
constexpr std::chrono::milliseconds migration_timeout = std::chrono::minutes{10};
/// Another process that migrates is waited for at least this long.
constexpr std::chrono::milliseconds least_lock_timeout = std::chrono::seconds{30};

result<schema_history> read_history(sqlite_database& database) {
  sqlite_statement find_ours{database,
                             "SELECT count(*), coalesce(sum(name = 'schema_migrations'), 0)"
                             " FROM sqlite_schema"};
  const auto found = find_ours.first([](const sqlite_row& row) {
    return std::pair{row.integer(0), row.integer(1)};
  });
  if (!found) return tl::unexpected{found.error()};
  const auto [tables, ours] = found->value_or(std::pair<std::int64_t, std::int64_t>{});
  if (ours == 0) return schema_history{.foreign = tables > 0, .applied = {}};

  sqlite_statement read{database, "SELECT version, checksum FROM schema_migrations"
                                  " ORDER BY version"};
  auto applied = read.all([](const sqlite_row& row) {
    return applied_migration{static_cast<int>(row.integer(0)), row.text(1)};
  });
  if (!applied) return tl::unexpected{std::move(applied.error())};
  return schema_history{.foreign = false, .applied = std::move(*applied)};
}

result<void> apply_migration(sqlite_database& database, const migration& step) {
  sqlite_statement record{database,
                          "INSERT INTO schema_migrations"
                          " (version, name, checksum, applied_at) VALUES (?1, ?2, ?3, ?4)"};
  return database.run_script(std::string{step.sql}).and_then([&] {
    return record.run(step.version, step.name, step.checksum, system_time_source{}.now());
  });
}

result<void> apply_pending(sqlite_database& database, std::span<const migration> known) {
  const auto history = read_history(database);
  if (!history) return tl::unexpected{history.error()};
  const auto applied = judge(database.file().string(), *history, known);
  if (!applied) return tl::unexpected{applied.error()};
  if (auto made = database.run_script("CREATE TABLE IF NOT EXISTS schema_migrations ("
                                      " version INTEGER PRIMARY KEY, name TEXT NOT NULL,"
                                      " checksum TEXT NOT NULL, applied_at INTEGER NOT NULL"
                                      ") STRICT");
      !made) {
    return made;
  }
  for (const migration& step : known.subspan(*applied)) {
    if (auto done = apply_migration(database, step); !done) return done;
  }
  return {};
}

/// Looks without a trace, so that a refused database stays as it was, down to its folder. What
/// can't be read may be a database that another process is just making: it is judged later, under
/// the lock.
result<bool> is_current(const fs::path& file, sqlite_timeouts timeouts,
                        std::span<const migration> known) {
  if (std::error_code unknown; !fs::is_regular_file(file, unknown)) return false;
  const auto database = sqlite_database::open(file, sqlite_access::look, timeouts);
  if (!database) return false;
  const auto history = read_history(**database);
  if (!history) return false;
  return judge(file.string(), *history, known).map([&](std::size_t applied) {
    return applied == known.size();
  });
}

} // namespace

result<int> migrate_sqlite(const fs::path& file, std::chrono::milliseconds statement_timeout,
                           std::span<const migration> known) {
  const sqlite_timeouts timeouts{.lock = std::max(statement_timeout, least_lock_timeout),
                                 .run = std::max(statement_timeout, migration_timeout)};
  const auto current = is_current(file, timeouts, known);
  if (!current) return tl::unexpected{current.error()};

  const auto database = sqlite_database::open(file, sqlite_access::create, timeouts);
  if (!database) return tl::unexpected{database.error()};
  const int version = known.back().version;
  if (*current) return version;

  sqlite_transactions transactions{**database};
  return transactions
      .run_immediate([&] {
        return apply_pending(**database, known).and_then([&] { return transactions.commit(); });
      })
      .map([&] { return version; });
}

result<void> require_schema(sqlite_database& database, std::span<const migration> known) {
  const auto history = read_history(database);
  if (!history) return tl::unexpected{history.error()};
  return require_all(database.file().string(), *history, known);
}

} // namespace maque::db
