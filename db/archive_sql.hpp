#pragma once

#include "db/archive.hpp"

#include <string>
#include <string_view>

namespace maque::db {

/// The SQL of an archive that all engines understand.

std::string names_of(std::span<const archive_column> columns);
std::string count_sql(const archive_table& table);
/// @param parameter_prefix of the key's values: "?" or "$", before 1, 2 …
std::string page_sql(const archive_table& table, bool from_the_first, std::size_t limit,
                     std::string_view parameter_prefix);
/// Up to the names of the columns.
std::string insert_sql(const archive_table& table);

} // namespace maque::db
