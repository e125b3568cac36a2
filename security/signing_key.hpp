#pragma once

#include "domain/errors.hpp"
#include "domain/secret.hpp"

#include <filesystem>
#include <string>

namespace maque::security {

/// The HMAC-SHA256 key that signs access tokens, and the one that authenticates refresh tokens;
/// both are derived from one master secret with separate contexts (HKDF, RFC 5869).
struct signing_key {
  std::string kid;    ///< Names the key in a token's header; derived from the key, not secret.
  secret access_key;  ///< 32 bytes
  secret refresh_key; ///< 32 bytes
};

/// Derives the keys from a configured master secret. Fails with invalid_field if it has fewer than
/// 32 bytes.
result<signing_key> derive_signing_key(const secret& master);

/// Reads the master secret from `file`, or makes one there (32 random bytes, base64url, mode 0600,
/// durable before it is used) if the file doesn't exist, with its folder (mode 0700) if that is
/// missing. Refuses a file that others can read, that is cut or that isn't ours: fails with
/// internal and a cause that names the file and says what to do. Two processes that start at once
/// end up with the same key. The file's text, without the newline, is the master secret: configured
/// instead of the file, it gives the same keys.
result<signing_key> load_or_create_signing_key(const std::filesystem::path& file);

} // namespace maque::security
