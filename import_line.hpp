#pragma once

#include "domain/errors.hpp"
#include "domain/username.hpp"

#include <cstddef>
#include <istream>
#include <optional>
#include <string>
#include <string_view>

namespace maque {

/// A user that another system had.
struct import_line {
  username name;
  std::string password_hash;
};

/// Longer than any username and any hash that can be kept.
inline constexpr std::size_t import_line_bytes = 1024;

/// Whether the hash of a password, made by another system, can be kept and verified. Fails with
/// invalid_field; its cause has nothing of the hash.
result<void> check_imported_hash(std::string_view hash);

/// Reads `username,hash`. A username has no comma, a hash may. Fails with invalid_field; its cause
/// has nothing of the hash.
result<import_line> parse_import_line(std::string_view line);

/// The lines of a file, with their numbers.
class import_lines {
public:
  explicit import_lines(std::istream& from) : from_{from} {}

  /// The next line without its end, "\n" or "\r\n", valid until the next call; nothing behind the
  /// last one. Fails with invalid_field if it is too long, and goes on behind it; with internal if
  /// the file can't be read, and that is the end.
  result<std::optional<std::string_view>> next();

  /// Of the line that next() was about; the first one has 1.
  std::uint64_t number() const noexcept { return number_; }

private:
  std::istream& from_;
  std::string buffer_ = std::string(import_line_bytes + 1, '\0');
  std::uint64_t number_ = 0;
};

} // namespace maque
