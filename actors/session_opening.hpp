#pragma once

#include "actors/lane_context.hpp"
#include "actors/protocol.hpp"
#include "domain/session.hpp"
#include "security/random.hpp"
#include "security/refresh_token.hpp"

#include <string>

namespace maque {

/// A session that is to be stored, and the secret of which it has only the hash. Whose it is comes
/// with the storing.
struct session_opening {
  session opened;
  security::refresh_secret refresh_secret{};
};

inline session_opening make_session(lane_context& context, const session_policy& policy,
                                    const device_info& device, std::string appid) {
  const utc_time now = context.clock.now();
  session_opening made;
  made.refresh_secret = security::random_bytes<32>();
  made.opened.id = session_id{context.ids.next(now)};
  made.opened.appid = std::move(appid);
  made.opened.device = device.name;
  made.opened.address = device.address;
  made.opened.created_at = made.opened.last_seen_at = made.opened.rotated_at = now;
  made.opened.expires_at = now + policy.absolute_ttl;
  made.opened.refresh_secret_hash = security::hash_refresh_secret(made.refresh_secret);
  return made;
}

} // namespace maque
