#pragma once

#include "domain/session.hpp"
#include "domain/user.hpp"

#include <pqxx/row>

#include <cstdint>
#include <vector>

namespace maque::db {

/// The columns that user_of() expects, in its order; of a table or alias u.
inline constexpr const char* postgres_user_columns =
    "u.id, u.nickname, u.avatar_url, u.language, u.role, u.disabled, u.created_at, u.updated_at, "
    "u.revision";
inline constexpr int postgres_user_width = 9;

user user_of(const pqxx::row& row);

/// The columns that session_of() expects, in its order; of a table or alias s.
inline constexpr const char* postgres_session_columns =
    "s.id, s.user_id, s.appid, s.device, s.address, s.created_at, s.last_seen_at, s.expires_at, "
    "s.refresh_secret_hash, s.refresh_counter, s.rotated_at, s.ended_at";

session session_of(const pqxx::row& row);

std::int64_t integer_at(const pqxx::row& row, int column);
std::vector<std::uint8_t> bytes_at(const pqxx::row& row, int column);
/// Throws if it isn't 32 bytes long.
sha256_digest digest_at(const pqxx::row& row, int column);

template <class Id>
Id id_at(const pqxx::row& row, int column) {
  return Id{static_cast<std::uint64_t>(integer_at(row, column))};
}

} // namespace maque::db
