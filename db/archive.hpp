#pragma once

#include "domain/errors.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace maque::db {

enum class column_type : std::uint8_t { integer, boolean, text, blob };

struct archive_column {
  std::string_view name;
  column_type type = column_type::integer;
  bool nullable = false;
  /// The version of the schema that brought it; nullable, if that isn't the table's.
  int since = 1;
};

/// A table as every engine has it, under the same names.
struct archive_table {
  std::string_view name;
  std::span<const archive_column> columns;
  std::size_t key_width = 1; ///< So many of the first columns are the primary key.
  std::size_t page_rows = 0; ///< What fits the memory easily, with rows as long as they may be.
  int since = 1;             ///< The version of the schema that brought it.
};

/// Every table whose rows move from one database to another, after those that it refers to. Not
/// among them: what a database knows of itself (schema_migrations, PostgreSQL's writers).
std::span<const archive_table> archive_tables() noexcept;

/// NULL, an integer or a boolean (0 and 1), a text, a blob.
using archive_value =
    std::variant<std::monostate, std::int64_t, std::string, std::vector<std::uint8_t>>;
/// In the order of the table's columns.
using archive_row = std::vector<archive_value>;

/// All rows of a database as they were at one moment, on one connection.
class archive_source {
public:
  virtual ~archive_source() = default;

  virtual result<std::uint64_t> count(const archive_table& table) = 0;
  /// The rows behind `after` in the order of the key, which is that of the bytes; at most `limit`.
  /// @param after a row of this table; null: from the first one on.
  virtual result<std::vector<archive_row>> page(const archive_table& table,
                                                const archive_row* after, std::size_t limit) = 0;
};

/// One transaction that alone writes to a database. Without commit() nothing of it lasts. What it
/// reads is what it has written.
class archive_target : public archive_source {
public:
  struct refusal {
    std::size_t row = 0; ///< Which one of the rows is to blame.
    error why;
  };

  /// All rows, or a failure, after which there is nothing left to do but to let it go.
  virtual tl::expected<void, refusal> insert(const archive_table& table,
                                             std::span<const archive_row> rows) = 0;
  virtual result<void> commit() = 0;
};

/// Told how far something is that takes long.
class progress_listener {
public:
  virtual ~progress_listener() = default;
  /// @param total how many there are to do; what it counts is `unit`, "rows".
  virtual void begin(std::string step, std::uint64_t total, std::string_view unit) = 0;
  /// @param done of the total, since begin().
  virtual void advance_to(std::uint64_t done) = 0;
  virtual void end() = 0;
};

} // namespace maque::db
