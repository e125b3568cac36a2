#pragma once

#include "db/postgres_connection.hpp"
#include "db/store.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace maque::db {

/// What a login brings to an identity that is there.
struct renewed_identity {
  std::string_view appid;
  std::string_view openid;
  std::optional<std::string> unionid; ///< Kept if none is known.
  std::span<const std::uint8_t> sealed_session_key;
  utc_time at;
};

/// Both throw what libpqxx throws: for use inside postgres_connection::attempt().

/// @param renewed each identity once, in an order that is the same everywhere, so that two
/// connections don't wait for each other.
void renew_identities(postgres_connection& to, std::span<const renewed_identity> renewed);

/// See store.
std::vector<std::optional<stored_session_key>>
find_session_keys(postgres_connection& from, std::span<const find_session_key> wanted);

} // namespace maque::db
