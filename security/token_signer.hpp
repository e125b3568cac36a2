#pragma once

#include "security/ed25519.hpp"
#include "security/hmac_sha256.hpp"
#include "security/signing_key.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace maque::security {

/// Signs and verifies with one key, by the algorithm of that key: what a token says of algorithms
/// is not asked. Not thread-safe.
class token_signer {
public:
  explicit token_signer(const signing_key& key);

  /// The signature in base64url (JWS, RFC 7515, section 5.1).
  std::string sign(std::string_view signing_input);

  /// @param signature in base64url; any form but the one that sign() returns is refused.
  bool is_genuine(std::string_view signing_input, std::string_view signature);

private:
  std::variant<hmac_sha256, ed25519_key> key_;
};

} // namespace maque::security
