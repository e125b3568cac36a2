#pragma once

#include "domain/errors.hpp"
#include "domain/session.hpp"
#include "security/signing_key.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace maque::security {

/// Signs and verifies access tokens: JWTs (RFC 7519) signed with HS256, with `kid`, `typ` "at+jwt"
/// (RFC 9068) and exactly the claims iss, aud, sub, sid, iat, nbf, exp and role. The keyed HMAC
/// context is made once. Not thread-safe: each lane has its own.
class access_token_codec {
public:
  access_token_codec(const signing_key& key, std::string issuer, std::string audience);
  ~access_token_codec();
  access_token_codec(access_token_codec&&) noexcept;
  access_token_codec& operator=(access_token_codec&&) noexcept;

  std::string sign(const access_claims& claims);

  /// Believes nothing before the signature is verified, in constant time. Fails with
  /// unauthenticated, or with token_expired for a genuine token whose time is over. The cause says
  /// what was wrong, for the log. Header fields jku, x5u, jwk, x5c and crit are refused; so are
  /// duplicate members, unknown algorithms, another kid, padding and stray bits in base64url.
  result<access_claims> verify(std::string_view token, utc_time now);

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace maque::security
