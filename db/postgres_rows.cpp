#include "db/postgres_rows.hpp"

#include "db/hex.hpp"

#include <pqxx/pqxx>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <string>
#include <string_view>

namespace maque::db {
namespace {

/// Of a bytea's text.
std::vector<std::uint8_t> to_bytes(std::string_view text) {
  auto bytes = from_hex(text.substr(std::min<std::size_t>(2, text.size())));
  if (!text.starts_with("\\x") || !bytes) throw std::runtime_error{"a bytea in an unknown form"};
  return std::move(*bytes);
}

sha256_digest to_digest(const std::vector<std::uint8_t>& bytes) {
  sha256_digest digest{};
  if (bytes.size() != digest.size()) throw std::runtime_error{"a digest of another length"};
  std::copy(bytes.begin(), bytes.end(), digest.begin());
  return digest;
}

/// The columns of a row, one after the other. row[n] would copy the row, with two shared pointers,
/// for each of them: a user has nine.
class column_reader {
public:
  explicit column_reader(const pqxx::row& row) : at_{row.begin()} {}

  bool is_null() const noexcept { return at_->is_null(); }

  /// Lives as long as the result.
  std::string_view text() {
    const std::string_view value{at_->c_str(), at_->size()};
    ++at_;
    return value;
  }
  std::string string() { return std::string{text()}; }
  std::int64_t integer() {
    const std::string_view digits = text();
    std::int64_t value = 0;
    const auto [end, failure] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (failure != std::errc{} || end != digits.data() + digits.size())
      throw std::runtime_error{"a column that is no 64-bit integer"};
    return value;
  }
  template <class Id>
  Id id() {
    return Id{static_cast<std::uint64_t>(integer())};
  }
  utc_time time() { return from_unix_micros(integer()); }
  sha256_digest digest() { return to_digest(to_bytes(text())); }

private:
  pqxx::row::const_iterator at_;
};

} // namespace

std::vector<std::uint8_t> bytes_at(const pqxx::row& row, int column) {
  const auto field = row[static_cast<pqxx::row::size_type>(column)];
  return to_bytes({field.c_str(), field.size()});
}

sha256_digest digest_at(const pqxx::row& row, int column) {
  return to_digest(bytes_at(row, column));
}

std::int64_t integer_at(const pqxx::row& row, int column) {
  return row[static_cast<pqxx::row::size_type>(column)].as<std::int64_t>();
}

user user_of(const pqxx::row& row) {
  column_reader columns{row};
  return {.id = columns.id<user_id>(),
          .nickname = columns.string(),
          .avatar_url = columns.string(),
          .language = columns.string(),
          // A role that this program doesn't know gives no rights.
          .role = parse_user_role(columns.text()).value_or(user_role::user),
          .disabled = columns.text() == "t",
          .created_at = columns.time(),
          .updated_at = columns.time(),
          .revision = static_cast<std::uint64_t>(columns.integer())};
}

session session_of(const pqxx::row& row) {
  column_reader columns{row};
  session read{.id = columns.id<session_id>(),
               .user = columns.id<user_id>(),
               .appid = columns.string(),
               .device = columns.string(),
               .address = columns.string(),
               .created_at = columns.time(),
               .last_seen_at = columns.time(),
               .expires_at = columns.time(),
               .refresh_secret_hash = columns.digest(),
               .refresh_counter = static_cast<std::uint32_t>(columns.integer()),
               .rotated_at = columns.time(),
               .ended_at = std::nullopt};
  if (!columns.is_null()) read.ended_at = columns.time();
  return read;
}

} // namespace maque::db
