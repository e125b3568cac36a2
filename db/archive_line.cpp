#include "db/archive_line.hpp"

#include "db/hex.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace maque::db {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::string_view format_name = "maque-export";

tl::unexpected<error> wrong(std::string why) {
  return fail(errc::invalid_field, {}, std::move(why));
}

ordered_json to_json(const archive_value& value, column_type type) {
  if (const auto* integer = std::get_if<std::int64_t>(&value))
    return type == column_type::boolean ? ordered_json(*integer != 0) : ordered_json(*integer);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* blob = std::get_if<std::vector<std::uint8_t>>(&value)) return to_hex(*blob);
  return nullptr;
}

std::optional<std::int64_t> to_integer(const json& value) {
  if (!value.is_number_integer()) return std::nullopt;
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > most) return std::nullopt;
  return value.get<std::int64_t>();
}

/// Nothing if it is no value of that column.
std::optional<archive_value> to_value(const json& value, const archive_column& column) {
  if (value.is_null()) return column.nullable ? std::optional{archive_value{}} : std::nullopt;
  switch (column.type) {
  case column_type::integer:
    if (const auto integer = to_integer(value)) return archive_value{*integer};
    return std::nullopt;
  case column_type::boolean:
    if (value.is_boolean()) return archive_value{std::int64_t{value.get<bool>()}};
    return std::nullopt;
  case column_type::text:
    if (value.is_string()) return archive_value{value.get<std::string>()};
    return std::nullopt;
  case column_type::blob:
    if (value.is_string())
      if (auto bytes = from_hex(value.get_ref<const std::string&>()))
        return archive_value{std::move(*bytes)};
    return std::nullopt;
  }
  return std::nullopt;
}

/// A member of an object; null if it isn't there.
const json& member(const json& object, std::string_view name) {
  static const json none;
  if (!object.is_object()) return none;
  const auto found = object.find(std::string{name});
  return found == object.end() ? none : *found;
}

std::optional<std::uint64_t> to_count(const json& value) {
  const auto integer = to_integer(value);
  if (!integer || *integer < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*integer);
}

result<table_row> to_row(const json& object, std::string_view name, int schema) {
  const auto tables = archive_tables();
  const auto table = std::ranges::find(tables, name, &archive_table::name);
  if (table == tables.end() || table->since > schema)
    return wrong("there is no table " + std::string{name});
  table_row read{.table = &*table, .row = {}};
  std::size_t members = 1; // Its name.
  for (const archive_column& column : table->columns) {
    if (column.since > schema) {
      read.row.emplace_back();
      continue;
    }
    ++members;
    const auto found = object.find(std::string{column.name});
    if (found == object.end()) return wrong("has no " + std::string{column.name});
    auto value = to_value(*found, column);
    if (!value) return wrong(std::string{column.name} + " has a value that it can't have");
    read.row.push_back(std::move(*value));
  }
  if (object.size() > members) return wrong("has members that no column is for");
  return read;
}

result<archive_sums> to_sums(const json& end, int schema) {
  archive_sums sums = sum_keeper{}.finish();
  for (const archive_table& table : archive_tables()) {
    if (table.since > schema) continue;
    const json& sum = member(end, table.name);
    const auto rows = to_count(member(sum, "rows"));
    const json& sha256 = member(sum, "sha256");
    if (!rows || !sha256.is_string())
      return wrong("has no count and checksum of " + std::string{table.name});
    sums[std::string{table.name}] = {*rows, sha256.get<std::string>()};
  }
  return sums;
}

} // namespace

std::optional<std::string> first_difference(const archive_sums& left, const archive_sums& right) {
  for (const archive_table& table : archive_tables())
    if (std::string name{table.name}; left.at(name) != right.at(name)) return name;
  return std::nullopt;
}

std::string to_line(const archive_header& header) {
  ordered_json line{{"format", format_name},
                    {"version", archive_version},
                    {"schema", header.schema},
                    {"created_at", header.created_at}};
  for (const archive_table& table : archive_tables())
    line["rows"][std::string{table.name}] = header.rows.at(std::string{table.name});
  return line.dump() + '\n';
}

std::string to_line(const archive_sums& sums) {
  ordered_json end;
  for (const archive_table& table : archive_tables()) {
    const table_sum& sum = sums.at(std::string{table.name});
    end[std::string{table.name}] = {{"rows", sum.rows}, {"sha256", sum.sha256}};
  }
  return ordered_json{{"end", std::move(end)}}.dump() + '\n';
}

result<std::string> to_line(const archive_table& table, const archive_row& row, int schema) {
  ordered_json line;
  line["table"] = table.name;
  for (std::size_t i = 0; i < row.size(); ++i)
    if (table.columns[i].since <= schema)
      line[std::string{table.columns[i].name}] = to_json(row[i], table.columns[i].type);
  try {
    return line.dump() + '\n';
  } catch (const ordered_json::type_error&) {
    const ordered_json key = to_json(row.front(), table.columns.front().type);
    return fail(errc::conflict, {},
                std::string{table.name} + " " +
                    key.dump(-1, ' ', false, ordered_json::error_handler_t::replace) +
                    ": a text is not UTF-8");
  }
}

result<archive_header> read_header(std::string_view line) {
  const json object = json::parse(line, nullptr, false);
  if (member(object, "format") != format_name) return wrong("this is no export of Maque");
  const auto version = to_integer(member(object, "version"));
  const auto schema = to_integer(member(object, "schema"));
  if (version != archive_version)
    return wrong("an export of another version than " + std::to_string(archive_version) +
                 ", the one that this program knows");
  if (!schema || *schema < 1 || *schema > std::numeric_limits<int>::max())
    return wrong("has no schema version");
  archive_header header;
  header.schema = static_cast<int>(*schema);
  if (const json& at = member(object, "created_at"); at.is_string())
    header.created_at = at.get<std::string>();
  for (const archive_table& table : archive_tables())
    header.rows[std::string{table.name}] =
        to_count(member(member(object, "rows"), table.name)).value_or(0);
  return header;
}

result<std::variant<table_row, archive_sums>> read_line(std::string_view line, int schema) {
  using outcome = std::variant<table_row, archive_sums>;
  const json object = json::parse(line, nullptr, false);
  if (!object.is_object()) return wrong("this is no JSON object");
  if (const auto end = object.find("end"); end != object.end())
    return to_sums(*end, schema).map([](archive_sums sums) { return outcome{std::move(sums)}; });
  const json& table = member(object, "table");
  if (!table.is_string()) return wrong("this is neither a row nor the end");
  return to_row(object, table.get_ref<const std::string&>(), schema).map([](table_row row) {
    return outcome{std::move(row)};
  });
}

sum_keeper::sum_keeper() {
  for (const archive_table& table : archive_tables())
    tables_[table.name];
}

void sum_keeper::add(const archive_table& table, std::string_view line) {
  counted& sum = tables_.at(table.name);
  ++sum.rows;
  sum.hash.update(line);
}

archive_sums sum_keeper::finish() {
  archive_sums sums;
  for (auto& [name, sum] : tables_)
    sums[std::string{name}] = {sum.rows, sum.hash.finish()};
  return sums;
}

} // namespace maque::db
