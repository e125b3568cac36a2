#pragma once

#include "db/postgres_connection.hpp"
#include "db/store.hpp"

namespace maque::db {

/// The table `api_keys`. These throw what libpqxx throws.

/// See store.
std::vector<std::optional<api_key>> find_api_keys(postgres_connection& from,
                                                  std::span<const find_api_key> wanted);
std::vector<api_key> list_api_keys(postgres_connection& from);

result<api_key> perform(postgres_connection& to, const add_api_key& request);
result<api_key> perform(postgres_connection& to, const revoke_api_key& request);
result<std::uint64_t> perform(postgres_connection& to, const touch_api_key& request);

} // namespace maque::db
