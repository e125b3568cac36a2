#pragma once

#include "db/archive.hpp"
#include "db/sha256.hpp"
#include "domain/time.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace maque::db {

/// The file that `maque export` writes: JSON lines in UTF-8, each ended by a line feed.
///
///   {"format":"maque-export","version":1,"schema":1,"created_at":"…","rows":{"users":2,…}}
///   {"table":"users","id":1,"nickname":"…",…}          one line a row, tables and keys in order
///   {"end":{"users":{"rows":2,"sha256":"…"},…}}        of the lines of each table's rows
///
/// Integers have up to 64 bits, blobs are in hex, NULL is null. There are the tables and columns
/// that its version of the schema has.

inline constexpr int archive_version = 1;
/// Longer than any row can be: a value of the configuration whose every byte is escaped.
inline constexpr std::size_t archive_line_bytes = std::size_t{2} * 1024 * 1024;

struct archive_header {
  int schema = 0;
  std::string created_at;                    ///< RFC 3339.
  std::map<std::string, std::uint64_t> rows; ///< By table; every one is there.
};

struct table_sum {
  std::uint64_t rows = 0;
  std::string sha256; ///< Of its lines, in hex.

  friend bool operator==(const table_sum&, const table_sum&) = default;
};
/// By table; every one is there.
using archive_sums = std::map<std::string, table_sum>;
/// The first table that has not the same sums in both.
std::optional<std::string> first_difference(const archive_sums& left, const archive_sums& right);

/// Each line with its line feed.
std::string to_line(const archive_header& header);
std::string to_line(const archive_sums& sums);
/// Fails with conflict if a text is not UTF-8.
/// @param schema the version that the file's header has.
result<std::string> to_line(const archive_table& table, const archive_row& row, int schema);

struct table_row {
  const archive_table* table = nullptr; ///< One of archive_tables().
  archive_row row;
};

/// These take a line without its line feed, and fail with invalid_field; the cause says what is
/// wrong with it. What came with a later version than `schema` is not in the line, and becomes
/// NULL.
result<archive_header> read_header(std::string_view line);
result<std::variant<table_row, archive_sums>> read_line(std::string_view line, int schema);

/// The sums of tables whose rows come one after the other.
class sum_keeper {
public:
  sum_keeper();
  /// @param line with its line feed.
  void add(const archive_table& table, std::string_view line);
  archive_sums finish();

private:
  struct counted {
    std::uint64_t rows = 0;
    sha256_stream hash;
  };
  std::map<std::string_view, counted> tables_;
};

} // namespace maque::db
