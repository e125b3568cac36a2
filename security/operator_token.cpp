#include "security/operator_token.hpp"

#include "security/base64url.hpp"
#include "security/bytes_of.hpp"
#include "security/random.hpp"

#include <sodium.h>

namespace maque::security {

std::string make_operator_secret() {
  return encode_base64url(random_bytes<32>());
}

sha256_digest hash_operator_secret(std::string_view text) noexcept {
  sha256_digest digest;
  static_assert(std::tuple_size_v<sha256_digest> == crypto_hash_sha256_BYTES);
  crypto_hash_sha256(digest.data(), bytes_of(text), text.size());
  return digest;
}

bool are_equal(const sha256_digest& presented, const sha256_digest& known) noexcept {
  return sodium_memcmp(presented.data(), known.data(), known.size()) == 0;
}

} // namespace maque::security
