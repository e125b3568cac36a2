#include "security/token_signer.hpp"

#include "security/base64url.hpp"

#include <tuple>

namespace maque::security {

namespace {

std::variant<hmac_sha256, ed25519_key> make_key(const signing_key& key) {
  if (key.algorithm == key_algorithm::eddsa) return ed25519_key{key.access_key};
  return hmac_sha256{key.access_key.reveal()};
}

/// False if the text is not exactly so many bytes.
template <class Bytes>
bool read_signature(std::string_view text, Bytes& out) noexcept {
  constexpr std::size_t characters = (std::tuple_size_v<Bytes> * 8 + 5) / 6;
  static_assert(base64url_decoded_size(characters) == std::tuple_size_v<Bytes>);
  return text.size() == characters && decode_public_base64url(text, out);
}

struct signing {
  std::string_view input;

  std::string operator()(hmac_sha256& key) const { return encode_base64url(key(input)); }
  std::string operator()(const ed25519_key& key) const { return encode_base64url(key.sign(input)); }
};

struct verifying {
  std::string_view input;
  std::string_view signature;

  bool operator()(hmac_sha256& key) const {
    hmac_digest presented{};
    return read_signature(signature, presented) && equal(presented, key(input));
  }
  bool operator()(const ed25519_key& key) const {
    ed25519_signature presented{};
    return read_signature(signature, presented) && key.is_genuine(input, presented);
  }
};

} // namespace

token_signer::token_signer(const signing_key& key) : key_{make_key(key)} {}

std::string token_signer::sign(std::string_view signing_input) {
  return std::visit(signing{signing_input}, key_);
}

bool token_signer::is_genuine(std::string_view signing_input, std::string_view signature) {
  return std::visit(verifying{signing_input, signature}, key_);
}

} // namespace maque::security
