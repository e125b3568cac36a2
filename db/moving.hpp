#pragma once

#include "db/archive.hpp"
#include "db/store.hpp"

#include <functional>
#include <istream>
#include <string>
#include <string_view>

namespace maque::db {

/// Takes the next bytes of a file.
using byte_sink = std::function<result<void>(std::string_view)>;

/// Writes all that the database holds now in the form that db/archive_line.hpp describes. A page
/// of rows at a time is in the memory.
result<void> export_archive(store_factory& from, utc_time now, const byte_sink& to,
                            progress_listener& progress);

/// Brings the schema of `to` up to date and fills it with what export_archive() has written, in one
/// transaction: if this fails, nothing is changed. Before the end all is read back and compared
/// with the checksums in the file. Fails with invalid_field for what is wrong with the file, whose
/// cause begins with name:line, and with conflict if the database is not empty.
/// @param name of the file, for people.
result<void> import_archive(store_factory& to, std::istream& from, const std::string& name,
                            progress_listener& progress);

} // namespace maque::db
