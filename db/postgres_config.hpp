#pragma once

#include "db/postgres_connection.hpp"
#include "domain/storage.hpp"

namespace maque::db {

/// Changes the published configuration, and returns its version then. A request that changes
/// nothing makes no new one. Throws what libpqxx throws.
std::uint64_t publish(postgres_connection& to, const set_config_value& request);

} // namespace maque::db
