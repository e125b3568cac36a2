#pragma once

#include "domain/errors.hpp"
#include "domain/secret.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace maque::security {

/// How a key signs access tokens: HMAC-SHA256 (RFC 7518, 3.2), which only who has the secret can
/// verify, or Ed25519 (RFC 8037, 3.1), which anybody can verify with the public key.
enum class key_algorithm : std::uint8_t { hs256, eddsa };

/// Its name in a token's header: "HS256", "EdDSA".
std::string_view to_string(key_algorithm algorithm) noexcept;
std::optional<key_algorithm> parse_key_algorithm(std::string_view name) noexcept;

inline constexpr std::size_t sealing_key_id_bytes = 8;

/// Seals what is stored; see security/sealed.hpp.
struct sealing_key {
  std::string id; ///< Names the key in what it has sealed; sealing_key_id_bytes; not secret.
  secret key;     ///< 32 bytes
};

/// The key that signs access tokens, and the one that authenticates refresh tokens, which is always
/// one for HMAC-SHA256; both are derived from one master secret with separate contexts (HKDF, RFC
/// 5869). The algorithm belongs to the key: the same master secret has another kid for each.
struct signing_key {
  std::string kid; ///< Names the key in a token's header; 9 bytes in base64url; not secret.
  key_algorithm algorithm = key_algorithm::hs256;
  secret access_key;     ///< 32 bytes; for EdDSA, the private key as of RFC 8032, 5.1.5.
  secret refresh_key;    ///< 32 bytes
  secret device_key;     ///< 32 bytes; see security/device_token.hpp
  sealing_key sealing{}; ///< The same whatever the algorithm.
};

/// Derives the keys from a master secret. Fails with invalid_field if it has fewer than 32 bytes.
result<signing_key> derive_signing_key(const secret& master,
                                       key_algorithm algorithm = key_algorithm::hs256);

/// The same key for sealing as that of derive_signing_key(). Fails as that does.
result<sealing_key> derive_sealing_key(const secret& master);

} // namespace maque::security
