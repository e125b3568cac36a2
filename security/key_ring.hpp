#pragma once

#include "domain/time.hpp"
#include "security/signing_key.hpp"

#include <chrono>
#include <memory>
#include <span>
#include <vector>

namespace maque::security {

/// A key and its time. It signs from `signs_from` until the next one does, and verifies until the
/// last token that it made has ended.
struct timed_key {
  signing_key key;
  utc_time signs_from = utc_time::min();    ///< utc_time::max(): it only verifies.
  utc_time access_until = utc_time::max();  ///< From then on its access tokens are refused.
  utc_time refresh_until = utc_time::max(); ///< And from then on its refresh tokens.
};

/// How long tokens live.
struct token_lifetimes {
  std::chrono::seconds access;
  std::chrono::seconds refresh;
};

/// The keys that sign and verify tokens. Exactly one signs at a time. Never changed: a rotation
/// makes a new ring.
class key_ring {
public:
  /// @param keys at least one, in ascending order of `signs_from`.
  explicit key_ring(std::vector<timed_key> keys);

  /// The newest key whose time has come; before the first one's time, the first one.
  const timed_key& signer(utc_time now) const noexcept;

  std::span<const timed_key> keys() const noexcept { return keys_; }

private:
  std::vector<timed_key> keys_;
};

using shared_key_ring = std::shared_ptr<const key_ring>;

/// One key, which has always signed.
shared_key_ring make_key_ring(signing_key key);

/// The ring of keys that took over from one another. @param keys as for key_ring; when the earlier
/// ones end is computed.
key_ring make_key_ring(std::vector<timed_key> keys, const token_lifetimes& lifetimes);

/// The ring of configured secrets: `signing` with this algorithm signs, each of `previous` verifies
/// what it has signed with any. Fails with invalid_field if one has fewer than 32 bytes.
result<key_ring> make_key_ring(const secret& signing, key_algorithm algorithm,
                               std::span<const secret> previous);

/// The JWK Set (RFC 7517, section 5) of the public keys whose access tokens are still accepted, or
/// will be: those with EdDSA (RFC 8037, section 2). Nothing of the others.
std::string describe_public_keys(const key_ring& keys, utc_time now);

} // namespace maque::security
