#pragma once

#include "db/postgres_connection.hpp"
#include "db/store.hpp"

namespace maque::db {

/// The reads of a store; each one is one statement, and so one snapshot. They throw what libpqxx
/// throws: for use inside postgres_connection::attempt().
std::vector<std::optional<user>> find_users(postgres_connection& from,
                                            std::span<const user_id> ids);
std::vector<profile_page> list_users(postgres_connection& from,
                                     std::span<const user_page_query> wanted);
std::vector<std::optional<session>> find_sessions(postgres_connection& from,
                                                  std::span<const session_id> ids);
std::vector<session> list_sessions(postgres_connection& from, user_id user);
ended_sessions sessions_ended_since(postgres_connection& from, utc_time since);

} // namespace maque::db
