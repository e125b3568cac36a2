#include "security/refresh_token.hpp"

#include "domain/limits.hpp"
#include "security/base64url.hpp"
#include "security/hmac_sha256.hpp"

#include <sodium.h>

#include <algorithm>
#include <span>
#include <type_traits>

namespace maque::security {

namespace {

// version (1) | session id (8, big-endian) | counter (4, big-endian) | secret (32) | HMAC (32)
constexpr std::uint8_t version = 1;
constexpr std::size_t session_at = 1;
constexpr std::size_t counter_at = session_at + sizeof session_id::value;
constexpr std::size_t secret_at = counter_at + sizeof refresh_token::counter;
constexpr std::size_t hmac_at = secret_at + std::tuple_size_v<refresh_secret>;
constexpr std::size_t token_size = hmac_at + std::tuple_size_v<hmac_digest>;

using token_bytes = std::array<std::uint8_t, token_size>;

constexpr std::size_t encoded_size = (token_size * 8 + 5) / 6;
static_assert(encoded_size <= limits::refresh_token_bytes);
static_assert(base64url_decoded_size(encoded_size) == token_size);

template <class Integer>
void write_big_endian(Integer value, std::uint8_t* out) noexcept {
  for (std::size_t i = sizeof value; i-- > 0; value = static_cast<Integer>(value >> 8)) {
    out[i] = static_cast<std::uint8_t>(value);
  }
}

template <class Integer>
Integer read_big_endian(const std::uint8_t* in) noexcept {
  Integer value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i) {
    value = static_cast<Integer>(value << 8 | in[i]);
  }
  return value;
}

std::span<const std::uint8_t> authenticated_part(const token_bytes& bytes) noexcept {
  return std::span{bytes}.first<hmac_at>();
}

tl::unexpected<error> refuse_refresh_token(std::string cause) {
  return fail(errc::invalid_refresh_token, {}, "refresh token: " + std::move(cause));
}

} // namespace

sha256_digest hash_refresh_secret(const refresh_secret& value) noexcept {
  static_assert(std::tuple_size_v<sha256_digest> == crypto_hash_sha256_BYTES);
  sha256_digest digest;
  crypto_hash_sha256(digest.data(), value.data(), value.size());
  return digest;
}

bool matches(const refresh_secret& presented, const sha256_digest& stored) noexcept {
  const sha256_digest digest = hash_refresh_secret(presented);
  return sodium_memcmp(digest.data(), stored.data(), stored.size()) == 0;
}

struct refresh_token_codec::impl {
  explicit impl(hmac_sha256 its_authenticate) : authenticate{std::move(its_authenticate)} {}

  hmac_sha256 authenticate;
};

refresh_token_codec::refresh_token_codec(const signing_key& key)
    : impl_{std::make_unique<impl>(hmac_sha256{key.refresh_key.reveal()})} {}

refresh_token_codec::~refresh_token_codec() = default;
refresh_token_codec::refresh_token_codec(refresh_token_codec&&) noexcept = default;
refresh_token_codec& refresh_token_codec::operator=(refresh_token_codec&&) noexcept = default;

std::string refresh_token_codec::encode(const refresh_token& token) {
  token_bytes bytes{version};
  write_big_endian(token.session.value, &bytes[session_at]);
  write_big_endian(token.counter, &bytes[counter_at]);
  std::ranges::copy(token.secret, &bytes[secret_at]);
  std::ranges::copy(impl_->authenticate(authenticated_part(bytes)), &bytes[hmac_at]);
  return encode_base64url(bytes);
}

result<refresh_token> refresh_token_codec::decode(std::string_view text) {
  if (text.size() != encoded_size) return refuse_refresh_token("wrong length");
  const auto decoded = decode_base64url(text);
  if (!decoded) return refuse_refresh_token("not base64url");

  token_bytes bytes;
  std::ranges::copy(*decoded, bytes.begin());
  hmac_digest presented;
  std::ranges::copy(std::span{bytes}.last<std::tuple_size_v<hmac_digest>>(), presented.begin());
  if (!equal(presented, impl_->authenticate(authenticated_part(bytes)))) {
    return refuse_refresh_token("not made with this server's key");
  }
  if (bytes[0] != version) return refuse_refresh_token("made by another version");

  refresh_token token;
  token.session.value = read_big_endian<std::uint64_t>(&bytes[session_at]);
  token.counter = read_big_endian<std::uint32_t>(&bytes[counter_at]);
  std::ranges::copy(std::span{bytes}.subspan<secret_at, std::tuple_size_v<refresh_secret>>(),
                    token.secret.begin());
  return token;
}

} // namespace maque::security
