#pragma once

#include "db/archive.hpp"
#include "db/postgres_url.hpp"
#include "db/postgres_watchdog.hpp"

#include <memory>

namespace maque::db {

result<std::unique_ptr<archive_source>>
open_postgres_source(const postgres_target& target, std::shared_ptr<postgres_watchdog> watchdog);
result<std::unique_ptr<archive_target>>
open_postgres_target(const postgres_target& target, std::shared_ptr<postgres_watchdog> watchdog);

} // namespace maque::db
