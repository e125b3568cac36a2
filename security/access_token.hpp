#pragma once

#include "domain/errors.hpp"
#include "domain/session.hpp"
#include "security/key_ring.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace maque::security {

/// Signs and verifies access tokens: JWTs (RFC 7519) with `kid`, `typ` "at+jwt" (RFC 9068) and
/// exactly the claims iss, aud, sub, sid, iat, nbf, exp and role. `kid` chooses the key, and the
/// key the algorithm. What verify() found genuine is remembered, with its claims; its times are
/// checked each time. Not thread-safe: each lane has its own.
class access_token_codec {
public:
  access_token_codec(const shared_key_ring& keys, std::string issuer, std::string audience);
  /// With one key, which has always signed.
  access_token_codec(const signing_key& key, std::string issuer, std::string audience);
  ~access_token_codec();
  access_token_codec(access_token_codec&&) noexcept;
  access_token_codec& operator=(access_token_codec&&) noexcept;

  /// From now on with these keys. Costs nothing if they are the ones that it has.
  void use(const shared_key_ring& keys);

  /// With the key that signs at the time `issued_at`.
  std::string sign(const access_claims& claims);

  /// Believes nothing before the signature is verified, in constant time. Fails with
  /// unauthenticated, or with token_expired for a genuine token whose time is over. The cause says
  /// what was wrong, for the log. Header fields jku, x5u, jwk, x5c and crit are refused; so are
  /// duplicate members, an algorithm that isn't the key's, an unknown kid, padding and stray bits
  /// in base64url.
  result<access_claims> verify(std::string_view token, utc_time now);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace maque::security
