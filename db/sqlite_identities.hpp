#pragma once

#include "db/sqlite_statement.hpp"
#include "db/store.hpp"

namespace maque::db {

/// The table `wechat_identities`. An appid and an openid name one user.
class sqlite_identities {
public:
  explicit sqlite_identities(sqlite_database& database);

  result<std::optional<user>> find_user(std::string_view appid, std::string_view openid);
  /// Whose identity it is, disabled or not.
  result<std::optional<user_id>> find_owner(std::string_view appid, std::string_view openid);
  /// The user's identity of a mini-program.
  result<std::optional<std::string>> find_openid(user_id user, std::string_view appid);

  /// See store.
  result<std::vector<std::optional<stored_session_key>>>
  find_session_keys(std::span<const find_session_key> wanted);

  result<void> insert(const admit_wechat_user& request);
  result<void> insert(const link_identity& request);
  result<void> remove_all(user_id user);
  /// Keeps the session key of the request, and its unionid if none is known: a mini-program that
  /// joins an open platform account gets it only from then on.
  result<void> renew(const admit_wechat_user& request);
  /// The same; the session key only if there is one.
  result<void> renew(const link_identity& request);

private:
  sqlite_statement find_user_;
  sqlite_statement find_owner_;
  sqlite_statement find_openid_;
  sqlite_statement find_session_key_;
  sqlite_statement insert_;
  sqlite_statement renew_;
  sqlite_statement remove_all_;
};

} // namespace maque::db
