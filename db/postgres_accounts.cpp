#include "db/postgres_accounts.hpp"

#include "db/postgres_array.hpp"
#include "db/postgres_identities.hpp"
#include "db/postgres_invitations.hpp"
#include "db/postgres_phones.hpp"
#include "db/postgres_rows.hpp"
#include "db/postgres_sessions.hpp"

#include <pqxx/pqxx>

#include <utility>

namespace maque::db {
namespace {

using std::string;

// Others may refer to the user meanwhile, but not change him.
const postgres_statement lock_user_statement{"lock_user",
                                             string{"SELECT "} + postgres_user_columns +
                                                 " FROM users u WHERE u.id = $1"
                                                 " AND u.deleted_at IS NULL FOR NO KEY UPDATE"};
// Others may not even open a session for him: that is over, or waits and sees what was done.
const postgres_statement lock_user_alone_statement{"lock_user_alone",
                                                   string{"SELECT "} + postgres_user_columns +
                                                       " FROM users u WHERE u.id = $1"
                                                       " AND u.deleted_at IS NULL FOR UPDATE"};

const postgres_statement find_by_username_statement{
    "find_credential", "SELECT c.user_id, c.username, c.password_hash, u.disabled"
                       " FROM credentials c JOIN users u ON u.id = c.user_id"
                       " WHERE c.username = $1"};
const postgres_statement find_by_user_statement{
    "find_credential_of", "SELECT c.user_id, c.username, c.password_hash, u.disabled"
                          " FROM credentials c JOIN users u ON u.id = c.user_id"
                          " WHERE c.user_id = $1"};

// The username comes first: only who gets it is made. The foreign key is checked when it ends.
const postgres_statement register_user_statement{
    "register_user",
    "WITH won AS (INSERT INTO credentials (user_id, username, password_hash, created_at,"
    " changed_at) VALUES ($1, $2, $3, $4, $4) ON CONFLICT (username) DO NOTHING"
    " RETURNING user_id), made AS (INSERT INTO users (id, nickname, avatar_url, language, role,"
    " disabled, created_at, updated_at, revision)"
    " SELECT user_id, '', '', '', $5::text, FALSE, $4::bigint, $4::bigint, 1 FROM won)"
    " SELECT user_id FROM won"};
const postgres_statement add_credentials_statement{
    "add_credentials", "INSERT INTO credentials (user_id, username, password_hash, created_at,"
                       " changed_at) VALUES ($1, $2, $3, $4, $4) ON CONFLICT (username) DO NOTHING"
                       " RETURNING user_id"};
const postgres_statement upgrade_password_statement{
    "upgrade_password", "UPDATE credentials c SET password_hash = $2 WHERE c.user_id = $1"};
const postgres_statement change_password_statement{
    "change_password", "UPDATE credentials c SET password_hash = $2, changed_at = $3"
                       " WHERE c.user_id = $1"};
const postgres_statement remove_credentials_statement{
    "remove_credentials", "DELETE FROM credentials c WHERE c.user_id = $1"};

const postgres_statement find_owner_statement{"find_owner",
                                              "SELECT i.user_id FROM wechat_identities i"
                                              " WHERE i.appid = $1 AND i.openid = $2"};
const postgres_statement find_identity_statement{
    "find_identity", "SELECT 1 FROM wechat_identities i WHERE i.user_id = $1 AND i.appid = $2"};
const postgres_statement link_identity_statement{
    "link_identity",
    "INSERT INTO wechat_identities (appid, openid, unionid, user_id, created_at,"
    " sealed_session_key, session_key_at) VALUES ($1, $2, ($3::text[])[1], $4, $5::bigint,"
    " ($6::bytea[])[1], CASE WHEN ($6::bytea[])[1] IS NOT NULL THEN $5::bigint END)"
    " ON CONFLICT (appid, openid) DO NOTHING RETURNING user_id"};
const postgres_statement unlink_identities_statement{
    "unlink_identities", "DELETE FROM wechat_identities i WHERE i.user_id = $1"};

const postgres_statement set_disabled_statement{
    "set_disabled", "UPDATE users u SET disabled = $2, updated_at = greatest(u.updated_at, $3),"
                    " revision = u.revision + 1 WHERE u.id = $1 AND u.disabled <> $2"};
const postgres_statement empty_user_statement{
    "empty_user", "UPDATE users u SET nickname = '', avatar_url = '', language = '', role = 'user',"
                  " updated_at = greatest(u.updated_at, $2), deleted_at = $2,"
                  " revision = u.revision + 1 WHERE u.id = $1"};

const postgres_statement list_accounts_statement{
    "list_accounts", "SELECT " + postgres_account_columns() +
                         " FROM users u WHERE u.id > $1 AND u.deleted_at IS NULL"
                         " ORDER BY u.id LIMIT $2"};

std::int64_t signed_of(user_id id) {
  return static_cast<std::int64_t>(id.value);
}

std::optional<user> lock(postgres_connection& to, const postgres_statement& how, user_id id) {
  const auto rows = to.run(how, signed_of(id));
  if (rows.empty()) return std::nullopt;
  return user_of(rows[0]);
}

/// Nothing if he is disabled.
std::optional<user> lock_active(postgres_connection& to, user_id id) {
  auto who = lock(to, lock_user_statement, id);
  return who && !who->disabled ? who : std::nullopt;
}

std::optional<credential> credential_of(const pqxx::result& rows) {
  if (rows.empty()) return std::nullopt;
  const pqxx::row row = rows[0];
  return credential{.user = id_at<user_id>(row, 0),
                    .username = row[1].as<string>(),
                    .password_hash = row[2].as<string>(),
                    .disabled = row[3].as<bool>()};
}

/// One that was his already.
void renew_identity(postgres_connection& to, const link_identity& request) {
  if (!request.sealed_session_key) return;
  const renewed_identity renewed{request.appid, request.openid, request.unionid,
                                 *request.sealed_session_key, request.at};
  renew_identities(to, {&renewed, 1});
}

} // namespace

std::string postgres_account_columns() {
  return string{postgres_user_columns} +
         ", (SELECT c.username FROM credentials c WHERE c.user_id = u.id),"
         " (SELECT count(*) FROM wechat_identities i WHERE i.user_id = u.id),"
         " (SELECT count(*) FROM sessions s WHERE s.user_id = u.id AND s.ended_at IS NULL)";
}

account account_of(const pqxx::row& row) {
  constexpr int behind = postgres_user_width;
  account read{.who = user_of(row), .username = std::nullopt};
  if (!row[behind].is_null()) read.username = row[behind].as<string>();
  read.wechat_identities = static_cast<std::uint32_t>(integer_at(row, behind + 1));
  read.open_sessions = static_cast<std::uint32_t>(integer_at(row, behind + 2));
  return read;
}

std::optional<credential> find_credential(postgres_connection& from, std::string_view username) {
  return credential_of(from.run(find_by_username_statement, string{username}));
}

std::optional<credential> find_credential(postgres_connection& from, user_id user) {
  return credential_of(from.run(find_by_user_statement, signed_of(user)));
}

std::vector<account> list_accounts(postgres_connection& from, const account_page_query& query) {
  std::vector<account> page;
  for (const pqxx::row& row :
       from.run(list_accounts_statement, signed_of(query.after.value_or(user_id{})),
                static_cast<std::int64_t>(query.limit)))
    page.push_back(account_of(row));
  return page;
}

result<attempt_begun> perform(postgres_connection& to, postgres_throttles& throttles,
                              const begin_attempt& request) {
  attempt_begun begun;
  begun.blocked_until = throttles.begin(request.keys, request.policy, request.at).blocked_until;
  if (begun.blocked_until) return begun;
  if (request.user)
    begun.known = find_credential(to, *request.user);
  else if (request.username)
    begun.known = find_credential(to, *request.username);
  return begun;
}

result<user_admitted> perform(postgres_connection& to, postgres_throttles& throttles,
                              const open_password_session& request) {
  auto who = lock_active(to, request.user);
  if (!who) return fail(errc::bad_credentials);
  const auto known = find_credential(to, request.user);
  if (!known || known->password_hash != request.verified_hash) return fail(errc::bad_credentials);

  session opened = request.opened;
  opened.user = request.user;
  insert_session(to, opened);
  auto surplus =
      end_surplus_sessions(to, {{opened.user, opened.id, request.max_sessions, opened.created_at}});
  if (request.upgraded_hash)
    to.run(upgrade_password_statement, signed_of(request.user), *request.upgraded_hash);
  throttles.forgive(request.keys, request.policy, opened.created_at);
  return user_admitted{
      .who = std::move(*who), .is_new_user = false, .ended = std::move(surplus.ended[opened.user])};
}

result<user> perform(postgres_connection& to, postgres_throttles& throttles,
                     const confirm_password& request) {
  auto who = lock_active(to, request.user);
  if (!who) return fail(errc::bad_credentials);
  const auto known = find_credential(to, request.user);
  if (!known || known->password_hash != request.verified_hash) return fail(errc::bad_credentials);
  if (request.upgraded_hash)
    to.run(upgrade_password_statement, signed_of(request.user), *request.upgraded_hash);
  throttles.forgive(request.keys, request.policy, request.at);
  return *std::move(who);
}

result<user_admitted> perform(postgres_connection& to, postgres_throttles& throttles,
                              const register_user& request) {
  if (request.invitation && !lock_invitation(to, *request.invitation, request.at))
    return fail(errc::invalid_invitation);
  const auto made =
      to.run(register_user_statement, signed_of(request.id), request.username,
             request.password_hash, to_unix_micros(request.at), string{to_string(request.role)});
  if (made.empty()) return fail(errc::username_taken);
  if (request.invitation) take_invitation(to, *request.invitation);
  if (request.opened) {
    session opened = *request.opened;
    opened.user = request.id;
    insert_session(to, opened);
  }
  throttles.forgive(request.keys, request.policy, request.at);
  user_admitted admitted;
  admitted.who.id = request.id;
  admitted.who.role = request.role;
  admitted.who.created_at = request.at;
  admitted.who.updated_at = request.at;
  admitted.is_new_user = true;
  return admitted;
}

result<user> perform(postgres_connection& to, const add_credentials& request) {
  auto who = lock_active(to, request.user);
  if (!who) return fail(errc::user_not_found);
  if (request.by && !is_open_session(to, request.user, *request.by))
    return fail(errc::session_ended);
  if (find_credential(to, request.user)) return fail(errc::credentials_exist);
  const auto made = to.run(add_credentials_statement, signed_of(request.user), request.username,
                           request.password_hash, to_unix_micros(request.at));
  if (made.empty()) return fail(errc::username_taken);
  return *std::move(who);
}

result<ended_sessions> perform(postgres_connection& to, postgres_throttles& throttles,
                               const change_password& request) {
  lock(to, lock_user_statement, request.user);
  const auto known = find_credential(to, request.user);
  if (!known) return fail(errc::user_not_found);
  if (request.from_hash && known->password_hash != *request.from_hash) return fail(errc::conflict);
  if (request.keep && !is_open_session(to, request.user, *request.keep))
    return fail(errc::session_ended);
  to.run(change_password_statement, signed_of(request.user), request.to_hash,
         to_unix_micros(request.at));
  throttles.forgive(request.keys, request.policy, request.at);
  return end_all_sessions(to, request.user, request.keep, request.at);
}

result<user> perform(postgres_connection& to, const link_identity& request) {
  auto who = lock_active(to, request.user);
  if (!who) return fail(errc::user_not_found);
  if (request.by && !is_open_session(to, request.user, *request.by))
    return fail(errc::session_ended);
  const auto owner = to.run(find_owner_statement, request.appid, request.openid);
  if (!owner.empty()) {
    if (id_at<user_id>(owner[0], 0) != request.user) return fail(errc::identity_taken);
    renew_identity(to, request);
    return *std::move(who);
  }
  if (!to.run(find_identity_statement, signed_of(request.user), request.appid).empty())
    return fail(errc::wechat_already_linked);
  const auto linked = to.run(link_identity_statement, request.appid, request.openid,
                             optional_of(request.unionid), signed_of(request.user),
                             to_unix_micros(request.at), optional_of(request.sealed_session_key));
  // Somebody else has logged in with it since it was looked up.
  if (linked.empty()) return fail(errc::identity_taken);
  return *std::move(who);
}

result<ended_sessions> perform(postgres_connection& to, const set_user_disabled& request) {
  if (!lock(to, lock_user_alone_statement, request.user)) return fail(errc::user_not_found);
  to.run(set_disabled_statement, signed_of(request.user), request.disabled,
         to_unix_micros(request.at));
  if (!request.disabled) return ended_sessions{};
  return end_all_sessions(to, request.user, std::nullopt, request.at);
}

result<ended_sessions> perform(postgres_connection& to, const delete_user& request) {
  if (!lock(to, lock_user_alone_statement, request.user)) return fail(errc::user_not_found);
  auto ended = end_all_sessions(to, request.user, std::nullopt, request.at);
  forget_sessions(to, request.user);
  to.run(remove_credentials_statement, signed_of(request.user));
  to.run(unlink_identities_statement, signed_of(request.user));
  remove_phone(to, request.user);
  to.run(empty_user_statement, signed_of(request.user), to_unix_micros(request.at));
  return ended;
}

} // namespace maque::db
