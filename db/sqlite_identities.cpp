#include "db/sqlite_identities.hpp"

#include "db/sqlite_users.hpp"

namespace maque::db {

// The session_key of a request is not written: it may only be stored sealed.
sqlite_identities::sqlite_identities(sqlite_database& database)
    : find_user_{database, std::string{"SELECT "} + user_columns +
                               " FROM users WHERE id = (SELECT user_id FROM wechat_identities"
                               " WHERE appid = ?1 AND openid = ?2)"},
      find_owner_{database,
                  "SELECT user_id FROM wechat_identities WHERE appid = ?1 AND openid = ?2"},
      find_openid_{database,
                   "SELECT openid FROM wechat_identities WHERE user_id = ?1 AND appid = ?2"},
      insert_{database,
              "INSERT INTO wechat_identities (appid, openid, unionid, user_id, created_at)"
              " VALUES (?1, ?2, ?3, ?4, ?5)"},
      complete_{database, "UPDATE wechat_identities SET unionid = ?3"
                          " WHERE appid = ?1 AND openid = ?2 AND unionid IS NULL"},
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

result<void> sqlite_identities::insert(const link_identity& request) {
  return insert_.run(request.appid, request.openid, request.unionid, request.user, request.at);
}

result<void> sqlite_identities::remove_all(user_id user) {
  return remove_all_.run(user);
}

result<void> sqlite_identities::insert(const admit_wechat_user& request) {
  return insert_.run(request.appid, request.openid, request.unionid, request.candidate,
                     request.opened.created_at);
}

result<void> sqlite_identities::complete(const admit_wechat_user& request) {
  if (!request.unionid) return {};
  return complete_.run(request.appid, request.openid, request.unionid);
}

} // namespace maque::db
