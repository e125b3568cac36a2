#include "db/sqlite_archive.hpp"

#include "db/archive_over.hpp"
#include "db/archive_sql.hpp"
#include "db/sqlite_migrator.hpp"
#include "db/sqlite_statement.hpp"

#include <map>
#include <string>
#include <utility>

namespace maque::db {
namespace {

/// One page or one count; a slow disk is no reason to give up.
constexpr std::chrono::milliseconds archive_limit = std::chrono::hours{1};

archive_value value_at(const sqlite_row& row, int column, column_type type) {
  if (row.is_null(column)) return {};
  switch (type) {
  case column_type::integer:
  case column_type::boolean:
    return row.integer(column);
  case column_type::text:
    return row.text(column);
  case column_type::blob:
    return row.blob(column);
  }
  return {};
}

archive_row read_sqlite_row(const sqlite_row& row, const archive_table& table) {
  archive_row values;
  values.reserve(table.columns.size());
  for (const archive_column& column : table.columns)
    values.push_back(value_at(row, static_cast<int>(values.size()), column.type));
  return values;
}

std::string parameter_list(std::size_t count) {
  std::string list = "?1";
  for (std::size_t i = 2; i <= count; ++i)
    list.append(", ?").append(std::to_string(i));
  return list;
}

/// What reading and writing share: a connection in a transaction, which ends with it.
class sqlite_archive {
public:
  explicit sqlite_archive(std::unique_ptr<sqlite_database> database)
      : database_{std::move(database)} {}

  result<std::uint64_t> count(const archive_table& table) {
    return statement(count_sql(table))
        .first([](const sqlite_row& row) { return static_cast<std::uint64_t>(row.integer(0)); })
        .map([](const auto& found) { return found.value_or(0); });
  }

  result<std::vector<archive_row>> page(const archive_table& table, const archive_row* after,
                                        std::size_t limit) {
    std::span<const archive_value> key;
    if (after != nullptr) key = std::span{*after}.first(table.key_width);
    std::vector<archive_row> rows;
    const auto keep = [&](const sqlite_row& row) { rows.push_back(read_sqlite_row(row, table)); };
    return statement(page_sql(table, after == nullptr, limit, "?"))
        .for_each_row_of(key, keep)
        .map([&] { return std::move(rows); });
  }

  /// One statement a row: inside a transaction it costs SQLite no more than one for many.
  tl::expected<void, archive_target::refusal> insert(const archive_table& table,
                                                     std::span<const archive_row> rows) {
    sqlite_statement& insert =
        statement(insert_sql(table) + " VALUES (" + parameter_list(table.columns.size()) + ")");
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::span<const archive_value> values{rows[i]};
      auto done = insert.for_each_row_of(values, [](const sqlite_row&) {});
      if (!done) return tl::unexpected{archive_target::refusal{i, std::move(done.error())}};
    }
    return {};
  }

  result<void> run(const std::string& sql) { return statement(sql).run(); }

private:
  sqlite_statement& statement(const std::string& sql) {
    return statements_.try_emplace(sql, *database_, sql).first->second;
  }

  std::unique_ptr<sqlite_database> database_;
  std::map<std::string, sqlite_statement> statements_; ///< Compiled once each.
};

class sqlite_source final : public archive_over<archive_source, sqlite_archive> {
public:
  using archive_over::archive_over;

  /// A transaction has its state from its first read on.
  result<void> begin() {
    return engine().run("BEGIN").and_then(
        [&] { return engine().run("SELECT 1 FROM users LIMIT 1"); });
  }
};

class sqlite_target final : public archive_over<archive_target, sqlite_archive> {
public:
  using archive_over::archive_over;

  result<void> begin() { return engine().run("BEGIN IMMEDIATE"); }

  tl::expected<void, refusal> insert(const archive_table& table,
                                     std::span<const archive_row> rows) override {
    return engine().insert(table, rows);
  }
  result<void> commit() override { return engine().run("COMMIT"); }
};

template <class Archive, class Interface>
result<std::unique_ptr<Interface>> open_sqlite_archive(const std::filesystem::path& file,
                                                       sqlite_access access,
                                                       std::chrono::milliseconds lock_timeout) {
  auto database = sqlite_database::open(file, access, {.lock = lock_timeout, .run = archive_limit});
  if (!database) return tl::unexpected{std::move(database.error())};
  if (auto current = require_schema(**database, sqlite_migrations()); !current)
    return tl::unexpected{std::move(current.error())};
  auto archive = std::make_unique<Archive>(sqlite_archive{std::move(*database)});
  return archive->begin().map([&] { return std::unique_ptr<Interface>{std::move(archive)}; });
}

} // namespace

result<std::unique_ptr<archive_source>> open_sqlite_source(const std::filesystem::path& file,
                                                           std::chrono::milliseconds lock_timeout) {
  return open_sqlite_archive<sqlite_source, archive_source>(file, sqlite_access::read,
                                                            lock_timeout);
}

result<std::unique_ptr<archive_target>> open_sqlite_target(const std::filesystem::path& file,
                                                           std::chrono::milliseconds lock_timeout) {
  return open_sqlite_archive<sqlite_target, archive_target>(file, sqlite_access::write,
                                                            lock_timeout);
}

} // namespace maque::db
