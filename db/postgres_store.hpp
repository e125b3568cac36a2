#pragma once

#include "db/store.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace maque::db {

/// PostgreSQL at `url`, which begins with postgres:// or postgresql:// and is read as libpq reads
/// it. The stores replace a connection that was lost by themselves. An unreadable URL is reported
/// by the calls that need a connection.
/// @param statement_timeout after this a waiting or running statement fails; a second later the
///   connection is cut if the server didn't say so.
std::unique_ptr<store_factory> make_postgres_factory(const std::string& url,
                                                     std::chrono::milliseconds statement_timeout);

} // namespace maque::db
