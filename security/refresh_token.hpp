#pragma once

#include "domain/errors.hpp"
#include "domain/session.hpp"
#include "security/key_ring.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace maque::security {

/// 256 random bits that belong to one session; the database has only their SHA-256.
using refresh_secret = std::array<std::uint8_t, 32>;

sha256_digest hash_refresh_secret(const refresh_secret& value) noexcept;

/// What a refresh token carries. The token is opaque to clients: base64url of a version byte, the
/// name of the key, the session's id, the counter, the secret, and an HMAC-SHA256 over all of
/// these. Because the HMAC is a function of the rest, a token of any counter can be made again from
/// the one before, which is what the reuse window needs, and nothing but the hash of the secret has
/// to be stored.
struct refresh_token {
  session_id session;
  std::uint32_t counter = 0;
  refresh_secret secret{};
};

/// Not thread-safe: each lane has its own.
class refresh_token_codec {
public:
  explicit refresh_token_codec(const shared_key_ring& keys);
  /// With one key, which has always signed.
  explicit refresh_token_codec(const signing_key& key);
  ~refresh_token_codec();
  refresh_token_codec(refresh_token_codec&&) noexcept;
  refresh_token_codec& operator=(refresh_token_codec&&) noexcept;

  /// From now on with these keys. Costs nothing if they are the ones that it has.
  void use(const shared_key_ring& keys);

  /// With the key that signs at the time `now`.
  std::string encode(const refresh_token& token, utc_time now);

  /// Fails with invalid_refresh_token for everything that this server did not make, or with a key
  /// whose time is over. Also takes the layout of before there were several keys, version 1, which
  /// has no name of a key.
  result<refresh_token> decode(std::string_view text, utc_time now);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

/// Compares in constant time.
bool matches(const refresh_secret& presented, const sha256_digest& stored) noexcept;

} // namespace maque::security
