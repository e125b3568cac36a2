#include "db/archive.hpp"

#include "db/archive_sql.hpp"

#include <array>

namespace maque::db {
namespace {

using enum column_type;

constexpr std::array users{
    archive_column{"id", integer},         archive_column{"nickname", text},
    archive_column{"avatar_url", text},    archive_column{"language", text},
    archive_column{"role", text},          archive_column{"disabled", boolean},
    archive_column{"created_at", integer}, archive_column{"updated_at", integer},
    archive_column{"revision", integer},
};

constexpr std::array wechat_identities{
    archive_column{"appid", text},         archive_column{"openid", text},
    archive_column{"unionid", text, true}, archive_column{"user_id", integer},
    archive_column{"created_at", integer},
};

constexpr std::array sessions{
    archive_column{"id", integer},
    archive_column{"user_id", integer},
    archive_column{"appid", text},
    archive_column{"device", text},
    archive_column{"address", text},
    archive_column{"created_at", integer},
    archive_column{"last_seen_at", integer},
    archive_column{"expires_at", integer},
    archive_column{"refresh_secret_hash", blob},
    archive_column{"refresh_counter", integer},
    archive_column{"rotated_at", integer},
    archive_column{"ended_at", integer, true},
};

constexpr std::array config_versions{
    archive_column{"version", integer},
    archive_column{"key", text},
    archive_column{"json", text, true},
    archive_column{"published_at", integer},
};

constexpr std::array config_values{
    archive_column{"key", text},
    archive_column{"json", text},
    archive_column{"version", integer},
};

constexpr std::size_t short_rows = 1000;
constexpr std::size_t long_rows = 50; ///< A value of the configuration may have 64 KiB.

constexpr std::array tables{
    archive_table{"users", users, 1, short_rows},
    archive_table{"wechat_identities", wechat_identities, 2, short_rows},
    archive_table{"sessions", sessions, 1, short_rows},
    archive_table{"config_versions", config_versions, 1, long_rows},
    archive_table{"config_values", config_values, 1, long_rows},
};

std::string parameters(std::string_view prefix, std::size_t count) {
  std::string list;
  for (std::size_t i = 1; i <= count; ++i)
    list.append(i > 1 ? ", " : "").append(prefix).append(std::to_string(i));
  return list;
}

} // namespace

std::span<const archive_table> archive_tables() noexcept {
  return tables;
}

std::string names_of(std::span<const archive_column> columns) {
  std::string list;
  for (const archive_column& column : columns)
    list.append(list.empty() ? "" : ", ").append(column.name);
  return list;
}

std::string count_sql(const archive_table& table) {
  return "SELECT count(*) FROM " + std::string{table.name};
}

std::string page_sql(const archive_table& table, bool from_the_first, std::size_t limit,
                     std::string_view parameter_prefix) {
  const std::string key = names_of(table.columns.first(table.key_width));
  std::string sql = "SELECT " + names_of(table.columns) + " FROM " + std::string{table.name};
  if (!from_the_first)
    sql += " WHERE (" + key + ") > (" + parameters(parameter_prefix, table.key_width) + ")";
  return sql + " ORDER BY " + key + " LIMIT " + std::to_string(limit);
}

std::string insert_sql(const archive_table& table) {
  return "INSERT INTO " + std::string{table.name} + " (" + names_of(table.columns) + ")";
}

} // namespace maque::db
