#pragma once

#include "domain/storage.hpp"

#include <cstdint>
#include <optional>
#include <string>

/// The columns of the live configuration, which both engines have under the same names.
namespace maque::db {

/// A row that an engine has read.
class config_row {
public:
  virtual ~config_row() = default;
  /// Nothing: NULL.
  virtual std::optional<std::string> text(int column) const = 0;
  virtual std::optional<std::int64_t> integer(int column) const = 0;
};

/// What read_config_item() reads. Behind it may come a WHERE and an ORDER BY that name k.key.
inline constexpr const char* config_items_sql =
    "SELECT k.key, v.version, v.json, v.description, v.visibility, v.percentage, v.appids,"
    " v.otherwise, v.json_schema, v.who, v.published_at, v.note, d.json, d.description,"
    " d.visibility, d.percentage, d.appids, d.otherwise, d.json_schema, d.saved_by, d.saved_at,"
    " d.base_version, d.revision"
    " FROM (SELECT key FROM config_values UNION SELECT key FROM config_drafts) k"
    " LEFT JOIN config_values c ON c.key = k.key"
    " LEFT JOIN config_versions v ON v.version = c.version"
    " LEFT JOIN config_drafts d ON d.key = k.key";
config_item read_config_item(const config_row& row);

/// What read_config_version() reads; of config_versions.
inline constexpr const char* config_version_columns =
    "version, json, description, visibility, percentage, appids, otherwise, json_schema, who,"
    " published_at, note";
config_version read_config_version(const config_row& row);

/// What read_config_entry() reads; of config_values c and config_versions v.
inline constexpr const char* config_entry_columns =
    "c.key, c.json, v.visibility, v.percentage, v.appids, v.otherwise";
/// @param first the column with the key.
config_entry read_config_entry(const config_row& row, int first);

/// A content as the columns have it; without one, all of them are NULL.
struct config_fields {
  std::optional<std::string> json{};
  std::optional<std::string> description{};
  std::optional<std::string> visibility{};
  std::optional<std::int64_t> percentage{};
  std::optional<std::string> appids{};
  std::optional<std::string> otherwise{};
  std::optional<std::string> json_schema{};
};

config_fields fields_of(const config_content& content);

} // namespace maque::db
