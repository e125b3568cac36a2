#include "db/sqlite_accounts.hpp"

#include <utility>

namespace maque::db {

std::string sqlite_account_columns() {
  return std::string{user_columns} +
         ", (SELECT username FROM credentials WHERE user_id = u.id),"
         " (SELECT count(*) FROM wechat_identities WHERE user_id = u.id),"
         " (SELECT count(*) FROM sessions WHERE user_id = u.id AND ended_at IS NULL)";
}

account read_account(const sqlite_row& row) {
  account read{.who = read_user(row), .username = std::nullopt};
  if (!row.is_null(9)) read.username = row.text(9);
  read.wechat_identities = static_cast<std::uint32_t>(row.integer(10));
  read.open_sessions = static_cast<std::uint32_t>(row.integer(11));
  return read;
}

sqlite_accounts::sqlite_accounts(sqlite_database& database, sqlite_tables& tables)
    : tables_{tables}, list_{database, "SELECT " + sqlite_account_columns() +
                                           " FROM users u WHERE id > ?1 AND deleted_at IS NULL"
                                           " ORDER BY id LIMIT ?2"} {}

result<std::vector<account>> sqlite_accounts::list(const account_page_query& query) {
  return list_.all(read_account, query.after.value_or(user_id{}), query.limit);
}

result<user_admitted> sqlite_accounts::perform(const admit_wechat_user& request) {
  auto admitted = find_or_make_user(request);
  if (!admitted) return admitted;
  if (admitted->who.disabled) return fail(errc::account_disabled);
  return open(request.opened, std::move(*admitted), request.max_sessions);
}

result<user_admitted> sqlite_accounts::find_or_make_user(const admit_wechat_user& request) {
  auto known = tables_.identities.find_user(request.appid, request.openid);
  if (!known) return tl::unexpected{std::move(known.error())};
  if (*known) {
    return tables_.identities.renew(request).map(
        [&] { return user_admitted{.who = std::move(**known), .is_new_user = false}; });
  }
  user made;
  made.id = request.candidate;
  made.created_at = request.opened.created_at;
  made.updated_at = made.created_at;
  return tables_.users.insert(made)
      .and_then([&] { return tables_.identities.insert(request); })
      .map([&] { return user_admitted{.who = std::move(made), .is_new_user = true}; });
}

/// Opens the session of somebody who was let in.
result<user_admitted> sqlite_accounts::open(session opened, user_admitted admitted,
                                            std::uint32_t max_sessions) {
  opened.user = admitted.who.id;
  auto ended = tables_.sessions.insert(opened).and_then([&]() -> result<ended_sessions> {
    if (admitted.is_new_user) return ended_sessions{};
    return tables_.sessions.end_surplus(opened, max_sessions);
  });
  if (!ended) return tl::unexpected{std::move(ended.error())};
  admitted.ended = std::move(*ended);
  return admitted;
}

result<attempt_begun> sqlite_accounts::perform(const begin_attempt& request) {
  const auto verdict = tables_.throttles.begin(request.keys, request.policy, request.at);
  if (!verdict) return tl::unexpected{verdict.error()};
  attempt_begun begun{.blocked_until = verdict->blocked_until};
  if (begun.blocked_until || (!request.user && !request.username)) return begun;
  auto known = request.user ? tables_.credentials.find(*request.user)
                            : tables_.credentials.find(*request.username);
  if (!known) return tl::unexpected{std::move(known.error())};
  begun.known = std::move(*known);
  return begun;
}

result<user_admitted> sqlite_accounts::perform(const open_password_session& request) {
  const utc_time at = request.opened.created_at;
  const auto known = tables_.credentials.find(request.user);
  if (!known) return tl::unexpected{known.error()};
  if (!*known || (*known)->disabled || (*known)->password_hash != request.verified_hash)
    return fail(errc::bad_credentials);
  auto who = tables_.users.require(request.user);
  if (!who) return tl::unexpected{std::move(who.error())};
  auto admitted = open(request.opened, {.who = std::move(*who)}, request.max_sessions);
  if (!admitted) return admitted;
  if (request.upgraded_hash)
    if (auto done = tables_.credentials.upgrade(request.user, *request.upgraded_hash); !done)
      return tl::unexpected{std::move(done.error())};
  return tables_.throttles.forgive(request.keys, request.policy, at).map([&] {
    return std::move(*admitted);
  });
}

result<user> sqlite_accounts::perform(const confirm_password& request) {
  const auto known = tables_.credentials.find(request.user);
  if (!known) return tl::unexpected{known.error()};
  if (!*known || (*known)->disabled || (*known)->password_hash != request.verified_hash)
    return fail(errc::bad_credentials);
  auto who = tables_.users.require(request.user);
  if (!who) return who;
  if (request.upgraded_hash)
    if (auto done = tables_.credentials.upgrade(request.user, *request.upgraded_hash); !done)
      return tl::unexpected{std::move(done.error())};
  return tables_.throttles.forgive(request.keys, request.policy, request.at).map([&] {
    return std::move(*who);
  });
}

result<user_admitted> sqlite_accounts::perform(const register_user& request) {
  if (request.invitation)
    if (auto taken = tables_.invitations.take(*request.invitation, request.at); !taken)
      return tl::unexpected{std::move(taken.error())};
  user_admitted made;
  made.is_new_user = true;
  made.who.id = request.id;
  made.who.role = request.role;
  made.who.created_at = request.at;
  made.who.updated_at = request.at;
  return tables_.users.insert(made.who)
      .and_then([&] {
        return tables_.credentials.insert(request.id, request.username, request.password_hash,
                                          request.at);
      })
      .and_then([&] { return tables_.throttles.forgive(request.keys, request.policy, request.at); })
      .and_then([&]() -> result<user_admitted> {
        if (!request.opened) return made;
        return open(*request.opened, made, 1);
      });
}

result<user> sqlite_accounts::require_active(user_id id, std::optional<session_id> by) {
  return tables_.users.require(id).and_then([&](user who) -> result<user> {
    if (who.disabled) return fail(errc::user_not_found);
    return tables_.sessions.require_open(id, by).map([&] { return std::move(who); });
  });
}

result<user> sqlite_accounts::perform(const add_credentials& request) {
  auto who = require_active(request.user, request.by);
  if (!who) return who;
  const auto known = tables_.credentials.find(request.user);
  if (!known) return tl::unexpected{known.error()};
  if (*known) return fail(errc::credentials_exist);
  return tables_.credentials
      .insert(request.user, request.username, request.password_hash, request.at)
      .map([&] { return std::move(*who); });
}

result<ended_sessions> sqlite_accounts::perform(const change_password& request) {
  const auto known = tables_.credentials.find(request.user);
  if (!known) return tl::unexpected{known.error()};
  if (!*known) return fail(errc::user_not_found);
  if (request.from_hash && (*known)->password_hash != *request.from_hash)
    return fail(errc::conflict);
  return tables_.sessions.require_open(request.user, request.keep)
      .and_then(
          [&] { return tables_.credentials.change(request.user, request.to_hash, request.at); })
      .and_then([&] { return tables_.throttles.forgive(request.keys, request.policy, request.at); })
      .and_then([&] { return tables_.sessions.end_all(request.user, request.keep, request.at); });
}

result<user> sqlite_accounts::perform(const link_identity& request) {
  auto who = require_active(request.user, request.by);
  if (!who) return who;
  const auto owner = tables_.identities.find_owner(request.appid, request.openid);
  if (!owner) return tl::unexpected{owner.error()};
  if (*owner == request.user)
    return tables_.identities.renew(request).map([&] { return std::move(*who); });
  if (*owner) return fail(errc::identity_taken);
  const auto other = tables_.identities.find_openid(request.user, request.appid);
  if (!other) return tl::unexpected{other.error()};
  if (*other) return fail(errc::wechat_already_linked);
  return tables_.identities.insert(request).map([&] { return std::move(*who); });
}

result<ended_sessions> sqlite_accounts::perform(const set_user_disabled& request) {
  return tables_.users.require(request.user)
      .and_then([&](const user&) {
        return tables_.users.set_disabled(request.user, request.disabled, request.at);
      })
      .and_then([&]() -> result<ended_sessions> {
        if (!request.disabled) return ended_sessions{};
        return tables_.sessions.end_all(request.user, std::nullopt, request.at);
      });
}

result<ended_sessions> sqlite_accounts::perform(const delete_user& request) {
  const user_id id = request.user;
  return tables_.users.require(id)
      .and_then([&](const user&) { return tables_.credentials.remove(id); })
      .and_then([&] { return tables_.identities.remove_all(id); })
      .and_then([&] { return tables_.phones.remove(id); })
      .and_then([&] { return tables_.users.empty(id, request.at); })
      .and_then([&] { return tables_.sessions.forget(id); })
      .and_then([&] { return tables_.sessions.end_all(id, std::nullopt, request.at); });
}

result<bound_phone> sqlite_accounts::perform(const bind_phone_number& request) {
  return require_active(request.user, std::nullopt).and_then([&](const user&) {
    return tables_.phones.put(request);
  });
}

} // namespace maque::db
