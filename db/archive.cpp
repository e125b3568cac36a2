#include "db/archive.hpp"

#include "db/archive_sql.hpp"

#include <array>

namespace maque::db {
namespace {

constexpr std::array users_columns{
    archive_column{"id", column_type::integer},
    archive_column{"nickname", column_type::text},
    archive_column{"avatar_url", column_type::text},
    archive_column{"language", column_type::text},
    archive_column{"role", column_type::text},
    archive_column{"disabled", column_type::boolean},
    archive_column{"created_at", column_type::integer},
    archive_column{"updated_at", column_type::integer},
    archive_column{"revision", column_type::integer},
    archive_column{"deleted_at", column_type::integer, true, 2},
};

constexpr std::array wechat_identities_columns{
    archive_column{"appid", column_type::text},
    archive_column{"openid", column_type::text},
    archive_column{"unionid", column_type::text, true},
    archive_column{"user_id", column_type::integer},
    archive_column{"created_at", column_type::integer},
    archive_column{"sealed_session_key", column_type::blob, true, 3},
    archive_column{"session_key_at", column_type::integer, true, 3},
};

constexpr std::array credentials_columns{
    archive_column{"user_id", column_type::integer},
    archive_column{"username", column_type::text},
    archive_column{"password_hash", column_type::text},
    archive_column{"created_at", column_type::integer},
    archive_column{"changed_at", column_type::integer},
};

constexpr std::array invitations_columns{
    archive_column{"code_hash", column_type::blob},
    archive_column{"note", column_type::text},
    archive_column{"uses_left", column_type::integer},
    archive_column{"created_at", column_type::integer},
    archive_column{"expires_at", column_type::integer, true},
};

constexpr std::array login_throttles_columns{
    archive_column{"key", column_type::blob},
    archive_column{"failures", column_type::integer},
    archive_column{"last_at", column_type::integer},
    archive_column{"blocked_until", column_type::integer},
};

constexpr std::array sessions_columns{
    archive_column{"id", column_type::integer},
    archive_column{"user_id", column_type::integer},
    archive_column{"appid", column_type::text},
    archive_column{"device", column_type::text},
    archive_column{"address", column_type::text},
    archive_column{"created_at", column_type::integer},
    archive_column{"last_seen_at", column_type::integer},
    archive_column{"expires_at", column_type::integer},
    archive_column{"refresh_secret_hash", column_type::blob},
    archive_column{"refresh_counter", column_type::integer},
    archive_column{"rotated_at", column_type::integer},
    archive_column{"ended_at", column_type::integer, true},
};

constexpr std::array config_versions_columns{
    archive_column{"version", column_type::integer},
    archive_column{"key", column_type::text},
    archive_column{"json", column_type::text, true},
    archive_column{"published_at", column_type::integer},
    archive_column{"description", column_type::text, true, 5},
    archive_column{"visibility", column_type::text, true, 5},
    archive_column{"percentage", column_type::integer, true, 5},
    archive_column{"appids", column_type::text, true, 5},
    archive_column{"otherwise", column_type::text, true, 5},
    archive_column{"json_schema", column_type::text, true, 5},
    archive_column{"who", column_type::text, true, 5},
    archive_column{"note", column_type::text, true, 5},
};

constexpr std::array config_values_columns{
    archive_column{"key", column_type::text},
    archive_column{"json", column_type::text},
    archive_column{"version", column_type::integer},
};

constexpr std::array config_drafts_columns{
    archive_column{"key", column_type::text},
    archive_column{"json", column_type::text},
    archive_column{"description", column_type::text},
    archive_column{"visibility", column_type::text},
    archive_column{"percentage", column_type::integer, true},
    archive_column{"appids", column_type::text, true},
    archive_column{"otherwise", column_type::text, true},
    archive_column{"json_schema", column_type::text, true},
    archive_column{"saved_by", column_type::text},
    archive_column{"saved_at", column_type::integer},
    archive_column{"base_version", column_type::integer},
    archive_column{"revision", column_type::integer},
};

constexpr std::array api_keys_columns{
    archive_column{"id", column_type::integer},
    archive_column{"name", column_type::text},
    archive_column{"key_hash", column_type::blob},
    archive_column{"scopes", column_type::text},
    archive_column{"created_at", column_type::integer},
    archive_column{"expires_at", column_type::integer, true},
    archive_column{"revoked_at", column_type::integer, true},
    archive_column{"last_used_at", column_type::integer, true},
};

constexpr std::array phone_numbers_columns{
    archive_column{"user_id", column_type::integer},
    archive_column{"appid", column_type::text},
    archive_column{"number", column_type::text},
    archive_column{"local_number", column_type::text},
    archive_column{"country_code", column_type::text},
    archive_column{"bound_at", column_type::integer},
};

constexpr std::array audit_log_columns{
    archive_column{"id", column_type::integer},   archive_column{"at", column_type::integer},
    archive_column{"who", column_type::text},     archive_column{"address", column_type::text},
    archive_column{"action", column_type::text},  archive_column{"subject", column_type::text},
    archive_column{"details", column_type::text},
};

constexpr std::size_t short_rows = 1000;
constexpr std::size_t long_rows = 15; ///< A value of the configuration may have 256 KiB.

constexpr std::array all_tables{
    archive_table{"users", users_columns, 1, short_rows},
    archive_table{"wechat_identities", wechat_identities_columns, 2, short_rows},
    archive_table{"credentials", credentials_columns, 1, short_rows, 2},
    archive_table{"phone_numbers", phone_numbers_columns, 1, short_rows, 4},
    archive_table{"sessions", sessions_columns, 1, short_rows},
    archive_table{"invitations", invitations_columns, 1, short_rows, 2},
    archive_table{"api_keys", api_keys_columns, 1, short_rows, 4},
    archive_table{"audit_log", audit_log_columns, 1, short_rows, 6},
    archive_table{"login_throttles", login_throttles_columns, 1, short_rows, 2},
    archive_table{"config_versions", config_versions_columns, 1, long_rows},
    archive_table{"config_values", config_values_columns, 1, long_rows},
    archive_table{"config_drafts", config_drafts_columns, 1, long_rows, 5},
};

std::string key_parameters(std::string_view prefix, std::size_t count) {
  std::string list;
  for (std::size_t i = 1; i <= count; ++i)
    list.append(i > 1 ? ", " : "").append(prefix).append(std::to_string(i));
  return list;
}

} // namespace

std::span<const archive_table> archive_tables() noexcept {
  return all_tables;
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
    sql += " WHERE (" + key + ") > (" + key_parameters(parameter_prefix, table.key_width) + ")";
  return sql + " ORDER BY " + key + " LIMIT " + std::to_string(limit);
}

std::string insert_sql(const archive_table& table) {
  return "INSERT INTO " + std::string{table.name} + " (" + names_of(table.columns) + ")";
}

} // namespace maque::db
