#pragma once

#include "db/postgres_connection.hpp"
#include "db/store.hpp"

namespace maque::db {

/// The table `invitations`. These throw what libpqxx throws.

/// See store::list_invitations().
std::vector<invitation> list_invitations(postgres_connection& from);

result<invitation> perform(postgres_connection& to, const add_invitation& request);
result<invitation> perform(postgres_connection& to, const remove_invitation& request);

/// Whether it can be used; nobody else can use it before the transaction has ended.
bool lock_invitation(postgres_connection& to, const sha256_digest& code_hash, utc_time at);
/// One use of one that is locked.
void take_invitation(postgres_connection& to, const sha256_digest& code_hash);

} // namespace maque::db
