#include "security/invitation_code.hpp"

#include "security/base64url.hpp"
#include "security/random.hpp"

#include <sodium.h>

namespace maque::security {

std::string make_invitation_code() {
  return encode_base64url(random_bytes<16>());
}

sha256_digest hash_invitation_code(std::string_view code) {
  sha256_digest digest;
  static_assert(std::tuple_size_v<sha256_digest> == crypto_hash_sha256_BYTES);
  crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(code.data()),
                     code.size());
  return digest;
}

} // namespace maque::security
