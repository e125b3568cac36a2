#include "security/refresh_token.hpp"

#include "domain/limits.hpp"
#include "security/base64url.hpp"
#include "security/hmac_sha256.hpp"

#include <sodium.h>

#include <algorithm>
#include <span>
#include <stdexcept>
#include <type_traits>
#include <vector>

namespace maque::security {

namespace {

// version (1) | kid (9) | session id (8, big-endian) | counter (4, big-endian) | secret (32) | HMAC
// (32). Version 1 had no kid.
constexpr std::uint8_t version = 2;
constexpr std::uint8_t version_without_kid = 1;
constexpr std::size_t kid_size = 9;
constexpr std::size_t hmac_size = std::tuple_size_v<hmac_digest>;

// From where the layouts are the same.
constexpr std::size_t counter_at = sizeof session_id::value;
constexpr std::size_t secret_at = counter_at + sizeof refresh_token::counter;
constexpr std::size_t content_size = secret_at + std::tuple_size_v<refresh_secret>;

constexpr std::size_t token_size = 1 + kid_size + content_size + hmac_size;
constexpr std::size_t token_size_without_kid = token_size - kid_size;

constexpr std::size_t encoded_size(std::size_t bytes) {
  return (bytes * 8 + 5) / 6;
}
static_assert(encoded_size(token_size) <= limits::refresh_token_bytes);
static_assert(base64url_decoded_size(encoded_size(token_size)) == token_size);

using byte_view = std::span<const std::uint8_t>;
using raw_kid = std::array<std::uint8_t, kid_size>;

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

std::array<std::uint8_t, content_size> write_content(const refresh_token& token) noexcept {
  std::array<std::uint8_t, content_size> bytes;
  write_big_endian(token.session.value, bytes.data());
  write_big_endian(token.counter, &bytes[counter_at]);
  std::ranges::copy(token.secret, &bytes[secret_at]);
  return bytes;
}

refresh_token read_content(byte_view bytes) noexcept {
  refresh_token token;
  token.session.value = read_big_endian<std::uint64_t>(bytes.data());
  token.counter = read_big_endian<std::uint32_t>(&bytes[counter_at]);
  std::ranges::copy(bytes.subspan(secret_at, token.secret.size()), token.secret.begin());
  return token;
}

/// One key of the ring, ready to be used.
struct refresh_key {
  explicit refresh_key(const timed_key& timed)
      : until{timed.refresh_until}, authenticate{timed.key.refresh_key.reveal()} {
    const std::string name = decode_base64url(timed.key.kid).value_or("");
    if (name.size() != kid.size()) throw std::invalid_argument{"a kid has 9 bytes"};
    std::ranges::copy(name, kid.begin());
  }

  raw_kid kid;
  utc_time until;
  hmac_sha256 authenticate;
};

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
  shared_key_ring ring;
  std::vector<refresh_key> keys; ///< In the order of the ring.

  void use(const shared_key_ring& other) {
    keys.clear();
    for (const timed_key& each : other->keys()) {
      keys.emplace_back(each);
    }
    ring = other;
  }

  refresh_key& signer(utc_time now) {
    return keys[static_cast<std::size_t>(&ring->signer(now) - ring->keys().data())];
  }

  /// Whether one of the keys that may have made this token has. @param bytes of either version.
  bool is_genuine(byte_view bytes, utc_time now) {
    const byte_view authenticated = bytes.first(bytes.size() - hmac_size);
    hmac_digest presented;
    std::ranges::copy(bytes.last<hmac_size>(), presented.begin());
    return std::ranges::any_of(keys, [&](refresh_key& key) {
      const bool is_named =
          bytes.size() != token_size || std::ranges::equal(key.kid, bytes.subspan(1, kid_size));
      return is_named && now < key.until && equal(presented, key.authenticate(authenticated));
    });
  }
};

refresh_token_codec::refresh_token_codec(const shared_key_ring& keys)
    : impl_{std::make_unique<impl>()} {
  impl_->use(keys);
}

refresh_token_codec::refresh_token_codec(const signing_key& key)
    : refresh_token_codec{make_key_ring(key)} {}

refresh_token_codec::~refresh_token_codec() = default;
refresh_token_codec::refresh_token_codec(refresh_token_codec&&) noexcept = default;
refresh_token_codec& refresh_token_codec::operator=(refresh_token_codec&&) noexcept = default;

void refresh_token_codec::use(const shared_key_ring& keys) {
  if (keys != impl_->ring) impl_->use(keys);
}

std::string refresh_token_codec::encode(const refresh_token& token, utc_time now) {
  refresh_key& key = impl_->signer(now);
  std::array<std::uint8_t, token_size> bytes{version};
  std::ranges::copy(key.kid, &bytes[1]);
  std::ranges::copy(write_content(token), &bytes[1 + kid_size]);
  const byte_view authenticated = std::span{bytes}.first<token_size - hmac_size>();
  std::ranges::copy(key.authenticate(authenticated), &bytes[token_size - hmac_size]);
  return encode_base64url(bytes);
}

result<refresh_token> refresh_token_codec::decode(std::string_view text, utc_time now) {
  const bool is_current = text.size() == encoded_size(token_size);
  if (!is_current && text.size() != encoded_size(token_size_without_kid)) {
    return refuse_refresh_token("wrong length");
  }
  const auto decoded = decode_base64url(text);
  if (!decoded) return refuse_refresh_token("not base64url");

  const byte_view bytes{reinterpret_cast<const std::uint8_t*>(decoded->data()), decoded->size()};
  if (!impl_->is_genuine(bytes, now)) {
    return refuse_refresh_token("not made with a key of this server");
  }
  if (bytes[0] != (is_current ? version : version_without_kid)) {
    return refuse_refresh_token("made by another version");
  }
  return read_content(bytes.last(content_size + hmac_size));
}

} // namespace maque::security
