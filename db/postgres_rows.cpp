#include "db/postgres_rows.hpp"

#include "db/hex.hpp"

#include <pqxx/pqxx>

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace maque::db {
namespace {

std::string text_at(const pqxx::row& row, int column) {
  const auto field = row[static_cast<pqxx::row::size_type>(column)];
  return {field.c_str(), field.size()};
}

utc_time time_at(const pqxx::row& row, int column) {
  return from_unix_micros(integer_at(row, column));
}

} // namespace

std::vector<std::uint8_t> bytes_at(const pqxx::row& row, int column) {
  const std::string text = text_at(row, column);
  auto bytes = from_hex(std::string_view{text}.substr(std::min<std::size_t>(2, text.size())));
  if (!text.starts_with("\\x") || !bytes) throw std::runtime_error{"a bytea in an unknown form"};
  return std::move(*bytes);
}

sha256_digest digest_at(const pqxx::row& row, int column) {
  const auto bytes = bytes_at(row, column);
  sha256_digest digest{};
  if (bytes.size() != digest.size()) throw std::runtime_error{"a digest of another length"};
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

std::int64_t integer_at(const pqxx::row& row, int column) {
  return row[static_cast<pqxx::row::size_type>(column)].as<std::int64_t>();
}

user user_of(const pqxx::row& row) {
  return {.id = id_at<user_id>(row, 0),
          .nickname = text_at(row, 1),
          .avatar_url = text_at(row, 2),
          .language = text_at(row, 3),
          // A role that this program doesn't know gives no rights.
          .role = parse_user_role(text_at(row, 4)).value_or(user_role::user),
          .disabled = text_at(row, 5) == "t",
          .created_at = time_at(row, 6),
          .updated_at = time_at(row, 7),
          .revision = static_cast<std::uint64_t>(integer_at(row, 8))};
}

session session_of(const pqxx::row& row) {
  session read{.id = id_at<session_id>(row, 0),
               .user = id_at<user_id>(row, 1),
               .appid = text_at(row, 2),
               .device = text_at(row, 3),
               .address = text_at(row, 4),
               .created_at = time_at(row, 5),
               .last_seen_at = time_at(row, 6),
               .expires_at = time_at(row, 7),
               .refresh_secret_hash = digest_at(row, 8),
               .refresh_counter = static_cast<std::uint32_t>(integer_at(row, 9)),
               .rotated_at = time_at(row, 10),
               .ended_at = std::nullopt};
  if (!row[11].is_null()) read.ended_at = time_at(row, 11);
  return read;
}

} // namespace maque::db
