#pragma once

#include "db/postgres_connection.hpp"
#include "db/store.hpp"

namespace maque::db {

/// What operators ask for: the table `audit_log`, and pages of others' tables. These throw what
/// libpqxx throws.

result<std::uint64_t> perform(postgres_connection& to, const record_action& request);

/// See store.
std::vector<audit_entry> list_audit(postgres_connection& from, const audit_page_query& query);
std::vector<session> list_open_sessions(postgres_connection& from, const session_page_query& query);
std::vector<account> search_accounts(postgres_connection& from, const account_search& query);

} // namespace maque::db
