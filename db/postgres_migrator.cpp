#include "db/postgres_migrator.hpp"

#include "db/postgres_rows.hpp"
#include "domain/time.hpp"

#include <pqxx/pqxx>

#include <algorithm>

namespace maque::db {
namespace {

/// A migration may rewrite a large table; and another process that migrates is waited for that
/// long.
constexpr std::chrono::milliseconds migration_limit = std::chrono::minutes{10};

/// Any number that no other program uses: the letters "maque".
constexpr const char* migration_lock = "SELECT pg_advisory_xact_lock(x'6d61717565'::bigint)";

const postgres_statement record_statement{
    "record_migration", "INSERT INTO schema_migrations (version, name, checksum, applied_at)"
                        " VALUES ($1, $2, $3, $4)"};

error located(const postgres_target& target, const postgres_failure& failure) {
  // Whatever it is, the server can't start with this database.
  return {errc::database_unavailable, {}, target.place + ": " + failure.cause, {}};
}

schema_history read_history(postgres_connection& connection) {
  const auto tables = connection.run(
      "SELECT count(*), count(*) FILTER (WHERE relname = 'schema_migrations') FROM pg_class"
      " WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace");
  schema_history history;
  if (integer_at(tables[0], 1) == 0) {
    history.foreign = integer_at(tables[0], 0) > 0;
    return history;
  }
  for (const pqxx::row& row :
       connection.run("SELECT version, checksum FROM schema_migrations ORDER BY version")) {
    history.applied.push_back({row[0].as<int>(), row[1].as<std::string>()});
  }
  return history;
}

result<void> require_utf8(postgres_connection& connection, const postgres_target& target) {
  const auto encoding = connection.run("SHOW server_encoding")[0][0].as<std::string>();
  if (encoding == "UTF8") return {};
  return fail(errc::database_unavailable, {},
              target.place + ": the encoding of the database is " + encoding +
                  ": make one with ENCODING 'UTF8'");
}

void apply(postgres_connection& connection, const migration& step) {
  connection.run(std::string{step.sql}.c_str());
  connection.run(record_statement, step.version, std::string{step.name}, std::string{step.checksum},
                 to_unix_micros(system_time_source{}.now()));
}

/// Throws what libpqxx throws.
result<void> migrate(postgres_connection& connection, const postgres_target& target,
                     std::span<const migration> known) {
  if (auto suitable = require_utf8(connection, target); !suitable) return suitable;
  // Without a lock first: when there is nothing to do, nobody is waited for.
  auto applied = judge(target.place, read_history(connection), known);
  if (!applied) return tl::unexpected{applied.error()};
  if (*applied == known.size()) return {};

  connection.run("BEGIN ISOLATION LEVEL READ COMMITTED");
  connection.run(migration_lock);
  applied = judge(target.place, read_history(connection), known);
  if (!applied) return tl::unexpected{applied.error()};
  connection.run("CREATE TABLE IF NOT EXISTS schema_migrations (version BIGINT PRIMARY KEY,"
                 " name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)");
  for (const migration& step : known.subspan(*applied))
    apply(connection, step);
  connection.run("COMMIT");
  return {};
}

} // namespace

result<int> migrate_postgres(const postgres_target& target,
                             std::chrono::milliseconds statement_timeout,
                             std::span<const migration> known) {
  postgres_watchdog watchdog;
  const auto connection = postgres_connection::open(
      target, postgres_access::write, std::max(statement_timeout, migration_limit), watchdog);
  if (!connection) return tl::unexpected{located(target, connection.error())};
  // A transaction that was not committed is undone when the connection closes.
  const auto migrated =
      (*connection)->attempt([&] { return migrate(**connection, target, known); });
  if (!migrated) return tl::unexpected{located(target, migrated.error())};
  return migrated->map([&] { return known.back().version; });
}

result<void> require_schema(postgres_connection& connection, std::string_view place,
                            std::span<const migration> known) {
  const auto history = connection.attempt([&] { return read_history(connection); });
  if (!history) return tl::unexpected{to_error(history.error(), place)};
  return require_all(place, *history, known);
}

} // namespace maque::db
