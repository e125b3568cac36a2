#pragma once

#include "db/sqlite_statement.hpp"
#include "db/store.hpp"

namespace maque::db {

/// The table `wechat_identities`. An appid and an openid name one user.
class sqlite_identities {
public:
  explicit sqlite_identities(sqlite_database& database);

  result<std::optional<user>> find_user(std::string_view appid, std::string_view openid);
  result<void> insert(const admit_wechat_user& request);
  /// Keeps the unionid of the request if none is known: a mini-program that joins an open platform
  /// account gets it only from then on.
  result<void> complete(const admit_wechat_user& request);

private:
  sqlite_statement find_user_;
  sqlite_statement insert_;
  sqlite_statement complete_;
};

} // namespace maque::db
