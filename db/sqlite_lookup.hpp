#pragma once

#include "db/sqlite_statement.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace maque::db {

/// Finds the rows of a table with many ids at once. One statement is one snapshot, and cheaper than
/// one statement for each id: measured with 64 of 100,000 users, 0.20 ms of processor time against
/// 0.30 ms inside a transaction and 0.53 ms outside one; with a single id, 8 us against 7 us.
template <class Row, class Id>
class sqlite_lookup {
public:
  using reader = Row (*)(const sqlite_row&);

  /// @param columns those that `read` expects, in its order.
  /// @param condition what else a row has to meet, beginning with AND.
  sqlite_lookup(sqlite_database& database, const std::string& table, const std::string& columns,
                reader read, const std::string& condition = {})
      : find_{database, "SELECT " + columns +
                            ", place FROM (SELECT key AS place, value AS wanted"
                            " FROM json_each(?1)) CROSS JOIN " +
                            table + " ON id = wanted" + condition},
        read_{read} {}

  /// In the order of `ids`; an empty optional where there is no row.
  result<std::vector<std::optional<Row>>> find(std::span<const Id> ids) {
    std::vector<std::optional<Row>> found(ids.size());
    const auto put = [&](const sqlite_row& row) {
      const auto place = static_cast<std::size_t>(row.integer(row.columns() - 1));
      found.at(place) = read_(row);
    };
    return find_.for_each_row(put, to_json(ids)).map([&] { return std::move(found); });
  }

private:
  static std::string to_json(std::span<const Id> ids) {
    std::string json = "[";
    for (const Id id : ids) {
      if (json.size() > 1) json += ',';
      json += std::to_string(static_cast<std::int64_t>(id.value));
    }
    return json += ']';
  }

  sqlite_statement find_;
  reader read_;
};

} // namespace maque::db
