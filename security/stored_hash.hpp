#pragma once

#include "domain/errors.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace maque::security {

/// A PHC string that libsodium reads itself.
struct argon2id_hash {
  std::uint32_t memory_kib = 0;
  std::uint32_t passes = 0;
  std::uint32_t lanes = 0;
};

/// What crypt(3) reads itself; the digest is at the end of the text.
struct crypt_hash {
  std::size_t digest_characters = 0;
  /// The algorithm looks at so many bytes of the password; 0: at all.
  std::size_t password_bytes = 0;
};

/// RFC 7914.
struct scrypt_hash {
  std::uint64_t n = 0;
  std::uint64_t r = 0;
  std::uint64_t p = 0;
  std::string salt;
  std::string digest;
};

/// RFC 8018, section 5.2.
struct pbkdf2_hash {
  enum class hash : std::uint8_t { sha256, sha512 };

  hash with = hash::sha256;
  std::uint32_t rounds = 0;
  std::string salt;
  std::string digest;
};

/// A stored hash, taken apart; within the limits of password_hash.hpp.
struct stored_hash {
  std::variant<argon2id_hash, crypt_hash, scrypt_hash, pbkdf2_hash> kind;
  /// What verifying takes.
  std::uint64_t memory_bytes = 0;
};

/// Reads all forms of password_hash.hpp. Fails with invalid_field and a cause that has nothing of
/// the text.
result<stored_hash> parse_stored_hash(std::string_view text);

} // namespace maque::security
