#pragma once

#include "db/postgres_connection.hpp"
#include "db/postgres_throttles.hpp"
#include "db/store.hpp"

namespace maque::db {

/// The requests that are about accounts, one by one, inside a transaction that somebody else begins
/// and ends. What fails has changed nothing. They lock the user first, so that of two that are
/// about one user the second sees what the first did. They throw what libpqxx throws.

result<attempt_begun> perform(postgres_connection& to, postgres_throttles& throttles,
                              const begin_attempt& request);
result<user_admitted> perform(postgres_connection& to, postgres_throttles& throttles,
                              const open_password_session& request);
result<user> perform(postgres_connection& to, postgres_throttles& throttles,
                     const confirm_password& request);
result<user_admitted> perform(postgres_connection& to, postgres_throttles& throttles,
                              const register_user& request);
result<user> perform(postgres_connection& to, const add_credentials& request);
result<ended_sessions> perform(postgres_connection& to, postgres_throttles& throttles,
                               const change_password& request);
result<user> perform(postgres_connection& to, const link_identity& request);
result<ended_sessions> perform(postgres_connection& to, const set_user_disabled& request);
result<ended_sessions> perform(postgres_connection& to, const delete_user& request);

/// The columns that account_of() expects, in its order, of users with the alias u.
std::string postgres_account_columns();
account account_of(const pqxx::row& row);

/// Reads: see store.
std::optional<credential> find_credential(postgres_connection& from, std::string_view username);
std::optional<credential> find_credential(postgres_connection& from, user_id user);
std::vector<account> list_accounts(postgres_connection& from, const account_page_query& query);

} // namespace maque::db
