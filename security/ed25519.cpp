#include "security/ed25519.hpp"

#include "security/bytes_of.hpp"

#include <sodium.h>

#include <stdexcept>
#include <string>

namespace maque::security {

namespace {

static_assert(std::tuple_size_v<ed25519_signature> == crypto_sign_BYTES);
static_assert(std::tuple_size_v<ed25519_public_key> == crypto_sign_PUBLICKEYBYTES);

} // namespace

ed25519_key::ed25519_key(const secret& seed) {
  if (seed.reveal().size() != crypto_sign_SEEDBYTES) {
    throw std::invalid_argument{"a private key of Ed25519 has 32 bytes"};
  }
  std::string expanded(crypto_sign_SECRETKEYBYTES, '\0');
  crypto_sign_seed_keypair(public_key_.data(), reinterpret_cast<unsigned char*>(expanded.data()),
                           bytes_of(seed.reveal()));
  expanded_ = secret{std::move(expanded)};
}

ed25519_signature ed25519_key::sign(std::string_view message) const noexcept {
  ed25519_signature signature;
  crypto_sign_detached(signature.data(), nullptr, bytes_of(message), message.size(),
                       bytes_of(expanded_.reveal()));
  return signature;
}

bool ed25519_key::is_genuine(std::string_view message,
                             const ed25519_signature& signature) const noexcept {
  return crypto_sign_verify_detached(signature.data(), bytes_of(message), message.size(),
                                     public_key_.data()) == 0;
}

} // namespace maque::security
