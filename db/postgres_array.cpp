#include "db/postgres_array.hpp"

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

void append_element(std::string& literal, const sha256_digest& bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  literal += R"("\\x)"; // The hex form of bytea; the array takes one of the backslashes.
  for (const std::uint8_t byte : bytes) {
    literal += digits[byte >> 4U];
    literal += digits[byte & 15U];
  }
  literal += '"';
}

} // namespace maque::db
