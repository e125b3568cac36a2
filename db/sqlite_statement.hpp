#pragma once

#include "db/sqlite_database.hpp"
#include "domain/errors.hpp"
#include "domain/ids.hpp"
#include "domain/session.hpp"
#include "domain/time.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

struct sqlite3_stmt;

namespace maque::db {

/// The current row of a running statement. Columns count from 0.
class sqlite_row {
public:
  explicit sqlite_row(sqlite3_stmt& statement) noexcept : statement_{&statement} {}

  int columns() const noexcept;
  bool is_null(int column) const noexcept;
  std::int64_t integer(int column) const noexcept;
  std::string text(int column) const;
  std::vector<std::uint8_t> blob(int column) const;
  utc_time time(int column) const noexcept { return from_unix_micros(integer(column)); }
  /// All zero if the column is not 32 bytes long.
  sha256_digest digest(int column) const noexcept;

  template <class Id>
  Id id(int column) const noexcept {
    return Id{static_cast<std::uint64_t>(integer(column))};
  }
  std::optional<utc_time> optional_time(int column) const noexcept {
    return is_null(column) ? std::nullopt : std::optional{time(column)};
  }

private:
  sqlite3_stmt* statement_;
};

/// One SQL statement, compiled when it first runs and kept for the next times. The values that it
/// is run with become its parameters ?1, ?2 … Once a call returns, it holds neither locks nor
/// values.
class sqlite_statement {
public:
  /// @param database must outlive the statement.
  sqlite_statement(sqlite_database& database, std::string sql);

  /// Runs a statement whose rows, if there are any, don't matter.
  template <class... Values>
  result<void> run(const Values&... values) {
    return for_each_row([](const sqlite_row&) {}, values...);
  }

  /// Whether there was a row, and the first one, read by `read`.
  template <class Read, class... Values>
  auto first(Read read, const Values&... values) {
    using row_type = std::invoke_result_t<Read, const sqlite_row&>;
    std::optional<row_type> found;
    const auto keep = [&](const sqlite_row& row) {
      if (!found) found = read(row);
    };
    return for_each_row(keep, values...).map([&] { return std::move(found); });
  }

  template <class Read, class... Values>
  auto all(Read read, const Values&... values) {
    std::vector<std::invoke_result_t<Read, const sqlite_row&>> rows;
    const auto keep = [&](const sqlite_row& row) { rows.push_back(read(row)); };
    return for_each_row(keep, values...).map([&] { return std::move(rows); });
  }

  /// Shows each row to `visit`. Always runs to the end: a statement with RETURNING isn't done
  /// before its last row was read.
  template <class Visit, class... Values>
  result<void> for_each_row(const Visit& visit, const Values&... values) {
    return visit_rows(visit, [&] {
      int parameter = 0;
      (bind(++parameter, values), ...);
    });
  }

  /// The same with as many parameters as there are in `values`.
  template <class Visit, class Value>
  result<void> for_each_row_of(std::span<const Value> values, const Visit& visit) {
    return visit_rows(visit, [&] {
      int parameter = 0;
      for (const Value& value : values)
        bind(++parameter, value);
    });
  }

private:
  struct finalizer {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };

  struct execution {
    sqlite_statement& statement;
    ~execution() { statement.finish(); }
  };

  template <class Visit, class Bind>
  result<void> visit_rows(const Visit& visit, const Bind& bind_all) {
    const execution running{*this};
    if (auto prepared = prepare(); !prepared) return prepared;
    bind_all();
    for (;;) {
      const auto has_row = step();
      if (!has_row) return tl::unexpected{has_row.error()};
      if (!*has_row) return {};
      visit(sqlite_row{*handle_});
    }
  }

  result<void> prepare();
  result<bool> step();
  void finish() noexcept;

  // The bytes of what is bound aren't copied: they live until the call ends.
  void bind(int parameter, std::int64_t value) noexcept;
  void bind(int parameter, std::string_view value) noexcept;
  void bind(int parameter, std::span<const std::uint8_t> value) noexcept;
  void bind_null(int parameter) noexcept;
  void bind(int parameter, utc_time value) noexcept { bind(parameter, to_unix_micros(value)); }
  template <class Tag>
  void bind(int parameter, basic_id<Tag> value) noexcept {
    bind(parameter, static_cast<std::int64_t>(value.value));
  }
  template <class T>
  void bind(int parameter, const std::optional<T>& value) noexcept {
    if (value) {
      bind(parameter, *value);
    } else {
      bind_null(parameter);
    }
  }
  void bind(int parameter, std::monostate) noexcept { bind_null(parameter); }
  template <class... T>
  void bind(int parameter, const std::variant<T...>& value) {
    std::visit([&](const auto& each) { bind(parameter, each); }, value);
  }
  /// Remembers the first failure of a bind; step() reports it.
  void note(int code) noexcept;

  sqlite_database* database_;
  std::string sql_;
  std::unique_ptr<sqlite3_stmt, finalizer> handle_;
  int bind_code_ = 0;
};

} // namespace maque::db
