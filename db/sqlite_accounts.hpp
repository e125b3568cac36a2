#pragma once

#include "db/sqlite_api_keys.hpp"
#include "db/sqlite_credentials.hpp"
#include "db/sqlite_identities.hpp"
#include "db/sqlite_invitations.hpp"
#include "db/sqlite_phones.hpp"
#include "db/sqlite_sessions.hpp"
#include "db/sqlite_throttles.hpp"
#include "db/sqlite_users.hpp"

namespace maque::db {

/// The tables that users are spread over, as those have them who use a store.
struct sqlite_tables {
  explicit sqlite_tables(sqlite_database& database)
      : users{database}, identities{database}, sessions{database}, credentials{database},
        throttles{database}, invitations{database}, phones{database}, api_keys{database} {}

  sqlite_users users;
  sqlite_identities identities;
  sqlite_sessions sessions;
  sqlite_credentials credentials;
  sqlite_throttles throttles;
  sqlite_invitations invitations;
  sqlite_phones phones;
  sqlite_api_keys api_keys;
};

/// The columns that read_account() expects, in its order, of users with the alias u.
std::string sqlite_account_columns();
account read_account(const sqlite_row& row);

/// The requests that are about accounts. Each one is several statements, of which some may be done
/// when another one fails: for use where that is undone.
class sqlite_accounts {
public:
  sqlite_accounts(sqlite_database& database, sqlite_tables& tables);

  /// See store::list_accounts().
  result<std::vector<account>> list(const account_page_query& query);

  result<user_admitted> perform(const admit_wechat_user& request);
  result<attempt_begun> perform(const begin_attempt& request);
  result<user_admitted> perform(const open_password_session& request);
  result<user> perform(const confirm_password& request);
  result<user_admitted> perform(const register_user& request);
  result<user> perform(const add_credentials& request);
  result<ended_sessions> perform(const change_password& request);
  result<user> perform(const link_identity& request);
  result<ended_sessions> perform(const set_user_disabled& request);
  result<ended_sessions> perform(const delete_user& request);
  result<bound_phone> perform(const bind_phone_number& request);

private:
  result<user_admitted> find_or_make_user(const admit_wechat_user& request);
  result<user_admitted> open(session opened, user_admitted admitted, std::uint32_t max_sessions);
  /// Fails with user_not_found, also if he is disabled; with session_ended if that session has.
  result<user> require_active(user_id id, std::optional<session_id> by);

  sqlite_tables& tables_;
  sqlite_statement list_;
};

} // namespace maque::db
