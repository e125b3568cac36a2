#pragma once

#include "db/postgres_connection.hpp"
#include "db/store.hpp"

namespace maque::db {

/// The table `phone_numbers`. These throw what libpqxx throws.

/// See store.
std::vector<std::optional<bound_phone>> find_bound_phones(postgres_connection& from,
                                                          std::span<const find_bound_phone> wanted);

result<bound_phone> perform(postgres_connection& to, const bind_phone_number& request);

void remove_phone(postgres_connection& to, user_id user);

} // namespace maque::db
