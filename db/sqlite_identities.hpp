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

  result<void> insert(const admit_wechat_user& request);
  result<void> insert(const link_identity& request);
  result<void> remove_all(user_id user);
  /// Keeps the unionid of the request if none is known: a mini-program that joins an open platform
  /// account gets it only from then on.
  result<void> complete(const admit_wechat_user& request);

private:
  sqlite_statement find_user_;
  sqlite_statement find_owner_;
  sqlite_statement find_openid_;
  sqlite_statement insert_;
  sqlite_statement complete_;
  sqlite_statement remove_all_;
};

} // namespace maque::db
