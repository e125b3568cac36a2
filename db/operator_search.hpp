#pragma once

#include "domain/operator_storage.hpp"

#include <algorithm>
#include <string>

namespace maque::db {

/// What an account_search asks an engine for.
struct account_keys {
  user_id id; ///< Nobody's, if the text is none.
  /// Usernames from here to there, in the order of their bytes; they are kept in lower case.
  std::string username;
  std::string username_end;
};

inline account_keys keys_of(const account_search& query) {
  account_keys keys;
  keys.id = user_id::parse(query.text).value_or(user_id{});
  keys.username = query.text;
  std::ranges::transform(keys.username, keys.username.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  // Behind all that usernames are made of, which is ASCII.
  keys.username_end = keys.username + '\x7f';
  return keys;
}

} // namespace maque::db
