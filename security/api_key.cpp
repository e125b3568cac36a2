#include "security/api_key.hpp"

#include "security/base64url.hpp"
#include "security/bytes_of.hpp"
#include "security/random.hpp"

#include <sodium.h>

#include <algorithm>

namespace maque::security {

namespace {

constexpr std::size_t api_key_random_bytes = 32;
constexpr std::size_t api_key_characters = 4 + 43;

constexpr bool is_base64url_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_';
}

} // namespace

std::string make_api_key() {
  return std::string{api_key_mark} + encode_base64url(random_bytes<api_key_random_bytes>());
}

bool looks_like_api_key(std::string_view text) noexcept {
  return text.size() == api_key_characters && text.starts_with(api_key_mark) &&
         std::ranges::all_of(text, is_base64url_character);
}

sha256_digest hash_api_key(std::string_view key) {
  sha256_digest digest;
  static_assert(std::tuple_size_v<sha256_digest> == crypto_hash_sha256_BYTES);
  crypto_hash_sha256(digest.data(), bytes_of(key), key.size());
  return digest;
}

} // namespace maque::security
