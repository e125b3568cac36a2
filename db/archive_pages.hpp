#pragma once

#include "db/archive.hpp"
#include "db/archive_line.hpp"

#include <functional>
#include <string>
#include <vector>

namespace maque::db {

using page_lines = std::vector<std::string>;

/// Shows all rows of a table as lines of the file, in the order of the key, page by page; ends with
/// the first failure.
/// @param schema the version that the file has.
result<void> for_each_line(archive_source& from, const archive_table& table, int schema,
                           progress_listener& progress,
                           const std::function<result<void>(const page_lines&)>& visit);

} // namespace maque::db
