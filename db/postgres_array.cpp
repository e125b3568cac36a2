#include "db/postgres_array.hpp"

#include "db/hex.hpp"

namespace maque::db {

void append_element(std::string& literal, std::int64_t value) {
  literal += std::to_string(value);
}

void append_element(std::string& literal, std::string_view text) {
  // Always in quotes: NULL, spaces, commas and braces would mean something else without.
  literal += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') literal += '\\';
    literal += c;
  }
  literal += '"';
}

void append_element(std::string& literal, std::span<const std::uint8_t> bytes) {
  // The hex form of bytea; the array takes one of the backslashes.
  literal.append(R"("\\x)").append(to_hex(bytes)) += '"';
}

std::string bytea_of(std::span<const std::uint8_t> bytes) {
  return R"(\x)" + to_hex(bytes);
}

} // namespace maque::db
