#include "db/postgres_archive.hpp"

#include "db/archive_over.hpp"
#include "db/archive_sql.hpp"
#include "db/hex.hpp"
#include "db/postgres_array.hpp"
#include "db/postgres_migrator.hpp"
#include "db/postgres_rows.hpp"

#include <pqxx/pqxx>

#include <map>
#include <stdexcept>
#include <string>
#include <utility>

namespace maque::db {
namespace {

/// For one page or one count, and for the time between two of them, in which a file is written.
constexpr std::chrono::milliseconds exchange_limit = std::chrono::minutes{10};

constexpr std::size_t most_parameters = 12;

/// exec_prepared() takes its parameters one by one, and what takes a list is another thing in each
/// version of libpqxx.
template <class... Given>
pqxx::result run_with(postgres_connection& on, const postgres_statement& statement,
                      std::span<const std::string> rest, const Given&... given) {
  if constexpr (sizeof...(Given) < most_parameters) {
    if (!rest.empty()) return run_with(on, statement, rest.subspan(1), given..., rest.front());
  }
  if (!rest.empty()) throw std::logic_error{"more parameters than most_parameters"};
  return on.run(statement, given...);
}

archive_value value_of(const pqxx::field& field, column_type type) {
  if (field.is_null()) return {};
  const std::string_view text{field.c_str(), field.size()};
  switch (type) {
  case column_type::integer:
    return field.as<std::int64_t>();
  case column_type::boolean:
    return std::int64_t{text == "t"};
  case column_type::text:
    return std::string{text};
  case column_type::blob:
    if (auto bytes = from_hex(text.substr(2))) return std::move(*bytes); // behind "\x"
    break;
  }
  throw std::runtime_error{"a value in an unknown form"};
}

archive_row read_postgres_row(const pqxx::row& row, const archive_table& table) {
  archive_row values;
  values.reserve(table.columns.size());
  for (const archive_column& column : table.columns)
    values.push_back(value_of(row[static_cast<pqxx::row::size_type>(values.size())], column.type));
  return values;
}

std::string key_text(const archive_value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* blob = std::get_if<std::vector<std::uint8_t>>(&value)) return bytea_of(*blob);
  return std::to_string(std::get<std::int64_t>(value));
}

void append_value(std::string& literal, const archive_value& value) {
  if (std::holds_alternative<std::monostate>(value))
    literal += "NULL";
  else if (const auto* integer = std::get_if<std::int64_t>(&value))
    append_element(literal, *integer);
  else if (const auto* text = std::get_if<std::string>(&value))
    append_element(literal, std::string_view{*text});
  else
    append_element(literal, std::span{std::get<std::vector<std::uint8_t>>(value)});
}

/// One column of many rows as one parameter.
std::string column_literal(std::span<const archive_row> rows, std::size_t column) {
  std::string literal = "{";
  for (const archive_row& row : rows) {
    if (literal.size() > 1) literal += ',';
    append_value(literal, row[column]);
  }
  return literal += '}';
}

std::string_view array_type(column_type type) {
  switch (type) {
  case column_type::integer:
    return "::bigint[]";
  case column_type::boolean:
    return "::boolean[]";
  case column_type::text:
    return "::text[]";
  case column_type::blob:
    break;
  }
  return "::bytea[]";
}

std::string insert_arrays_sql(const archive_table& table) {
  std::string arrays;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    arrays.append(i > 0 ? ", $" : "$").append(std::to_string(i + 1));
    arrays.append(array_type(table.columns[i].type));
  }
  return insert_sql(table) + " SELECT * FROM unnest(" + arrays + ")";
}

bool fits_postgres(const archive_value& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text == nullptr || text->find('\0') == std::string::npos;
}

tl::expected<void, archive_target::refusal> require_fitting(const archive_table& table,
                                                            std::span<const archive_row> rows) {
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t column = 0; column < rows[i].size(); ++column)
      if (!fits_postgres(rows[i][column]))
        return tl::unexpected{
            archive_target::refusal{i, fail(errc::conflict, {},
                                            "U+0000 in " + std::string{table.columns[column].name} +
                                                ", which PostgreSQL can't hold")
                                           .value()}};
  return {};
}

/// What reading and writing share: a connection in a transaction, which ends with it.
class postgres_archive {
public:
  postgres_archive(std::unique_ptr<postgres_connection> connection, std::string place,
                   std::shared_ptr<postgres_watchdog> watchdog)
      : watchdog_{std::move(watchdog)}, connection_{std::move(connection)}, place_{
                                                                                std::move(place)} {}

  result<std::uint64_t> count(const archive_table& table) {
    return attempt([&] {
      const std::string sql = count_sql(table);
      return static_cast<std::uint64_t>(integer_at(connection_->run(sql.c_str())[0], 0));
    });
  }

  result<std::vector<archive_row>> page(const archive_table& table, const archive_row* after,
                                        std::size_t limit) {
    std::vector<std::string> key;
    for (std::size_t i = 0; after != nullptr && i < table.key_width; ++i)
      key.push_back(key_text(after->at(i)));
    return attempt([&] {
      std::vector<archive_row> rows;
      for (const pqxx::row& row : run(page_sql(table, after == nullptr, limit, "$"), key))
        rows.push_back(read_postgres_row(row, table));
      return rows;
    });
  }

  tl::expected<void, archive_target::refusal> insert(const archive_table& table,
                                                     std::span<const archive_row> rows) {
    if (auto storable = require_fitting(table, rows); !storable) return storable;
    auto done = attempt([&] {
      connection_->run("SAVEPOINT page");
      insert_all(table, rows);
      connection_->run("RELEASE page");
    });
    if (done) return {};
    if (auto found = find_refused(table, rows)) return tl::unexpected{std::move(*found)};
    return tl::unexpected{archive_target::refusal{0, std::move(done.error())}};
  }

  result<void> run_script(const char* sql) {
    return attempt([&] { connection_->run(sql); });
  }

private:
  void insert_all(const archive_table& table, std::span<const archive_row> rows) {
    std::vector<std::string> columns;
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      columns.push_back(column_literal(rows, i));
    run(insert_arrays_sql(table), columns);
  }

  /// A page was refused: one row at a time shows for which one. Nothing if that can't be found out.
  std::optional<archive_target::refusal> find_refused(const archive_table& table,
                                                      std::span<const archive_row> rows) {
    if (!run_script("ROLLBACK TO page")) return std::nullopt;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      auto alone = attempt([&] { insert_all(table, rows.subspan(i, 1)); });
      if (!alone) return archive_target::refusal{i, std::move(alone.error())};
    }
    return std::nullopt;
  }

  template <class Work>
  auto attempt(const Work& work) -> result<std::invoke_result_t<Work>> {
    return connection_->attempt(work).map_error(
        [&](const postgres_failure& failure) { return to_error(failure, place_); });
  }

  pqxx::result run(const std::string& sql, std::span<const std::string> parameters) {
    auto [known, added] = statements_.try_emplace(sql, "archive_" + std::to_string(names_));
    if (added) ++names_;
    return run_with(*connection_, {known->second.c_str(), sql}, parameters);
  }

  std::shared_ptr<postgres_watchdog> watchdog_; ///< Outlives the connection.
  std::unique_ptr<postgres_connection> connection_;
  std::string place_;
  std::map<std::string, std::string> statements_; ///< Their names, by their text.
  int names_ = 0;
};

class postgres_source final : public archive_over<archive_source, postgres_archive> {
public:
  using archive_over::archive_over;

  /// A transaction has its state from its first read on.
  result<void> begin() {
    return engine().run_script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT 1");
  }
};

class postgres_target_archive final : public archive_over<archive_target, postgres_archive> {
public:
  using archive_over::archive_over;

  /// With the locks it sees what others have committed before, and they commit nothing more.
  result<void> begin() {
    std::string tables;
    for (const archive_table& table : archive_tables())
      tables.append(tables.empty() ? "" : ", ").append(table.name);
    const std::string script =
        "BEGIN ISOLATION LEVEL READ COMMITTED; LOCK TABLE " + tables + " IN EXCLUSIVE MODE";
    return engine().run_script(script.c_str());
  }

  tl::expected<void, refusal> insert(const archive_table& table,
                                     std::span<const archive_row> rows) override {
    return engine().insert(table, rows);
  }
  result<void> commit() override { return engine().run_script("COMMIT"); }
};

template <class Archive, class Interface>
result<std::unique_ptr<Interface>>
open_postgres_archive(const postgres_target& target, postgres_access access,
                      std::shared_ptr<postgres_watchdog> watchdog) {
  auto connection = postgres_connection::open(target, access, exchange_limit, *watchdog);
  if (!connection) return tl::unexpected{to_error(connection.error(), target.place)};
  if (auto current = require_schema(**connection, target.place, postgres_migrations()); !current)
    return tl::unexpected{std::move(current.error())};
  auto archive = std::make_unique<Archive>(
      postgres_archive{std::move(*connection), target.place, std::move(watchdog)});
  return archive->begin().map([&] { return std::unique_ptr<Interface>{std::move(archive)}; });
}

} // namespace

result<std::unique_ptr<archive_source>>
open_postgres_source(const postgres_target& target, std::shared_ptr<postgres_watchdog> watchdog) {
  return open_postgres_archive<postgres_source, archive_source>(target, postgres_access::read,
                                                                std::move(watchdog));
}

result<std::unique_ptr<archive_target>>
open_postgres_target(const postgres_target& target, std::shared_ptr<postgres_watchdog> watchdog) {
  return open_postgres_archive<postgres_target_archive, archive_target>(
      target, postgres_access::write, std::move(watchdog));
}

} // namespace maque::db
