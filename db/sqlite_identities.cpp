#include "db/sqlite_identities.hpp"

#include "db/sqlite_users.hpp"

namespace maque::db {

sqlite_identities::sqlite_identities(sqlite_database& database)
    : find_user_{database, std::string{"SELECT "} + user_columns +
                               " FROM users WHERE id = (SELECT user_id FROM wechat_identities"
                               " WHERE appid = ?1 AND openid = ?2)"},
      find_owner_{database,
                  "SELECT user_id FROM wechat_identities WHERE appid = ?1 AND openid = ?2"},
      find_openid_{database,
                   "SELECT openid FROM wechat_identities WHERE user_id = ?1 AND appid = ?2"},
      find_session_key_{database, "SELECT openid, sealed_session_key FROM wechat_identities"
                                  " WHERE user_id = ?1 AND appid = ?2"
                                  " AND sealed_session_key IS NOT NULL"},
      insert_{database,
              "INSERT INTO wechat_identities (appid, openid, unionid, user_id, created_at,"
              " sealed_session_key, session_key_at)"
              " VALUES (?1, ?2, ?3, ?4, ?5, ?6, iif(?6 IS NULL, NULL, ?5))"},
      renew_{database, "UPDATE wechat_identities SET unionid = coalesce(unionid, ?3),"
                       " sealed_session_key = ?4, session_key_at = ?5"
                       " WHERE appid = ?1 AND openid = ?2"},
      remove_all_{database, "DELETE FROM wechat_identities WHERE user_id = ?1"} {}

result<std::optional<user>> sqlite_identities::find_user(std::string_view appid,
                                                         std::string_view openid) {
  return find_user_.first(read_user, appid, openid);
}

result<std::optional<user_id>> sqlite_identities::find_owner(std::string_view appid,
                                                             std::string_view openid) {
  return find_owner_.first([](const sqlite_row& row) { return row.id<user_id>(0); }, appid, openid);
}

result<std::optional<std::string>> sqlite_identities::find_openid(user_id user,
                                                                  std::string_view appid) {
  return find_openid_.first([](const sqlite_row& row) { return row.text(0); }, user, appid);
}

result<std::vector<std::optional<stored_session_key>>>
sqlite_identities::find_session_keys(std::span<const find_session_key> wanted) {
  const auto read = [](const sqlite_row& row) {
    return stored_session_key{row.text(0), row.blob(1)};
  };
  std::vector<std::optional<stored_session_key>> keys;
  for (const find_session_key& each : wanted) {
    auto found = find_session_key_.first(read, each.user, each.appid);
    if (!found) return tl::unexpected{std::move(found.error())};
    keys.push_back(std::move(*found));
  }
  return keys;
}

result<void> sqlite_identities::insert(const link_identity& request) {
  return insert_.run(request.appid, request.openid, request.unionid, request.user, request.at,
                     request.sealed_session_key);
}

result<void> sqlite_identities::remove_all(user_id user) {
  return remove_all_.run(user);
}

result<void> sqlite_identities::insert(const admit_wechat_user& request) {
  return insert_.run(request.appid, request.openid, request.unionid, request.candidate,
                     request.opened.created_at, request.sealed_session_key);
}

result<void> sqlite_identities::renew(const admit_wechat_user& request) {
  return renew_.run(request.appid, request.openid, request.unionid, request.sealed_session_key,
                    request.opened.created_at);
}

result<void> sqlite_identities::renew(const link_identity& request) {
  if (!request.sealed_session_key) return {};
  return renew_.run(request.appid, request.openid, request.unionid, request.sealed_session_key,
                    request.at);
}

} // namespace maque::db
