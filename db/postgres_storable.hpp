#pragma once

#include "db/postgres_writer.hpp"

#include <functional>

namespace maque::db {

/// Hands to `apply` the requests that PostgreSQL can store, and answers the others with internal:
/// its texts can't hold U+0000, which libpq would take for their end.
write_outcomes
apply_storable(std::span<const write_request> requests,
               const std::function<write_outcomes(std::span<const write_request>)>& apply);

} // namespace maque::db
