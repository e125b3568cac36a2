#pragma once

#include "db/postgres_connection.hpp"
#include "domain/storage.hpp"

namespace maque::db {

/// Removes what serves nobody any more, and returns the number of rows: see purge. Waits for
/// nobody: what others hold is left for the next time. Throws what libpqxx throws.
std::uint64_t perform(postgres_connection& to, const purge& request);

} // namespace maque::db
