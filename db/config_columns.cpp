#include "db/config_columns.hpp"

namespace maque::db {
namespace {

std::vector<std::string> listed_appids(const std::string& appids) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin < appids.size();) {
    const std::size_t end = std::min(appids.find(' ', begin), appids.size());
    parts.push_back(appids.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

std::string join(const std::vector<std::string>& appids) {
  std::string text;
  for (const std::string& appid : appids)
    text.append(text.empty() ? "" : " ").append(appid);
  return text;
}

config_visibility visibility_of(const std::optional<std::string>& text) {
  // What this program doesn't know is not for clients.
  if (!text) return config_visibility::client;
  return parse_config_visibility(*text).value_or(config_visibility::server);
}

/// From the columns percentage, appids and otherwise.
std::optional<config_targeting> targeting_of(const config_row& row, int first) {
  const auto percentage = row.integer(first);
  if (!percentage) return std::nullopt;
  return config_targeting{listed_appids(row.text(first + 1).value_or("")),
                          static_cast<std::uint32_t>(*percentage), row.text(first + 2)};
}

/// From the columns json to json_schema.
std::optional<config_content> content_of(const config_row& row, int first) {
  auto json = row.text(first);
  if (!json) return std::nullopt;
  return config_content{std::move(*json), row.text(first + 1).value_or(""),
                        visibility_of(row.text(first + 2)), targeting_of(row, first + 3),
                        row.text(first + 6)};
}

config_change change_of(const config_row& row, int first) {
  return {row.text(first).value_or(""), from_unix_micros(row.integer(first + 1).value_or(0)),
          row.text(first + 2).value_or("")};
}

std::uint64_t number_at(const config_row& row, int column) {
  return static_cast<std::uint64_t>(row.integer(column).value_or(0));
}

/// From the columns version to note.
config_version version_of(const config_row& row, int first) {
  return {number_at(row, first), content_of(row, first + 1), change_of(row, first + 8)};
}

} // namespace

config_item read_config_item(const config_row& row) {
  config_item item{.key = row.text(0).value_or("")};
  if (row.integer(1)) item.published = version_of(row, 1);
  if (auto content = content_of(row, 12))
    item.draft = config_draft{std::move(*content), row.text(19).value_or(""),
                              from_unix_micros(row.integer(20).value_or(0)), number_at(row, 21),
                              number_at(row, 22)};
  return item;
}

config_version read_config_version(const config_row& row) {
  return version_of(row, 0);
}

config_entry read_config_entry(const config_row& row, int first) {
  return {row.text(first).value_or(""), row.text(first + 1).value_or(""),
          visibility_of(row.text(first + 2)), targeting_of(row, first + 3)};
}

config_fields fields_of(const config_content& content) {
  config_fields fields{.json = content.json,
                       .description = content.description,
                       .visibility = std::string{to_string(content.visibility)},
                       .json_schema = content.schema};
  if (content.targeting) {
    fields.percentage = content.targeting->percentage;
    fields.appids = join(content.targeting->appids);
    fields.otherwise = content.targeting->otherwise;
  }
  return fields;
}

} // namespace maque::db
