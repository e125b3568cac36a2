#pragma once

#include "domain/secret.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace maque::security {

using ed25519_signature = std::array<std::uint8_t, 64>;
using ed25519_public_key = std::array<std::uint8_t, 32>;

/// A pair of keys of Ed25519 (RFC 8032, section 5.1).
class ed25519_key {
public:
  /// @param seed the private key, 32 bytes. Throws std::invalid_argument if it has another length.
  explicit ed25519_key(const secret& seed);

  ed25519_signature sign(std::string_view message) const noexcept;

  /// Accepts one signature of a message and no other form of it: an S that isn't reduced, and
  /// points of small order, are refused.
  bool is_genuine(std::string_view message, const ed25519_signature& signature) const noexcept;

  const ed25519_public_key& public_key() const noexcept { return public_key_; }

private:
  ed25519_public_key public_key_{};
  secret expanded_; ///< The seed and the public key, as libsodium wants them.
};

} // namespace maque::security
