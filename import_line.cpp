#include "import_line.hpp"

#include "domain/limits.hpp"
#include "security/password_hash.hpp"

#include <limits>

namespace maque {

namespace {

tl::unexpected<error> wrong(const std::string& why) {
  return fail(errc::invalid_field, {}, why);
}

} // namespace

result<void> check_imported_hash(std::string_view hash) {
  if (hash.size() <= limits::password_hash_bytes && security::is_importable(hash)) return {};
  return wrong("hash: not one of argon2id, bcrypt, scrypt or PBKDF2 in a form that is known here, "
               "or it asks for too much memory or time");
}

result<import_line> parse_import_line(std::string_view line) {
  const auto comma = line.find(',');
  if (comma == std::string_view::npos) return wrong("no comma between a username and a hash");
  auto name = username::parse(line.substr(0, comma));
  if (!name) return wrong(name.error().hint);
  const std::string_view hash = line.substr(comma + 1);
  if (auto known = check_imported_hash(hash); !known)
    return tl::unexpected{std::move(known.error())};
  return import_line{std::move(*name), std::string{hash}};
}

result<std::optional<std::string_view>> import_lines::next() {
  from_.getline(buffer_.data(), static_cast<std::streamsize>(buffer_.size()));
  const auto read = static_cast<std::size_t>(from_.gcount());
  if (from_.bad()) return fail(errc::internal, {}, "can't be read");
  if (from_.eof() && read == 0) return std::optional<std::string_view>{};
  ++number_;
  if (from_.fail()) {
    from_.clear();
    from_.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
    return wrong("longer than " + std::to_string(import_line_bytes) + " bytes");
  }
  // Of a line with an end, what was read has it, too.
  std::string_view line{buffer_.data(), from_.eof() ? read : read - 1};
  if (line.ends_with('\r')) line.remove_suffix(1);
  return std::optional{line};
}

} // namespace maque
