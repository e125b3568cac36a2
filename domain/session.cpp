#include "domain/session.hpp"

#include <algorithm>

namespace maque {

utc_time session_end(const session& s, const session_policy& policy) noexcept {
  return std::min<utc_time>(s.last_seen_at + policy.idle_ttl, s.expires_at);
}

refresh_verdict judge_refresh(const session& s, std::uint32_t presented, utc_time now,
                              const session_policy& policy) noexcept {
  // First of all: an ended session has no token worth a distinction, and ending it again because of
  // an old one would only raise false alarms.
  if (s.ended_at || now >= session_end(s, policy)) return refresh_verdict::ended;
  if (presented == s.refresh_counter) return refresh_verdict::rotate;

  // The window is counted from the rotation, not from the last repeat, so that repeating can't
  // stretch it. `now` may be before rotated_at when another node, whose clock is ahead, rotated.
  const bool is_previous = s.refresh_counter > 0 && presented == s.refresh_counter - 1;
  if (is_previous && now - s.rotated_at < policy.reuse_window) {
    return refresh_verdict::repeat_current;
  }

  // What is left is older than that, or newer than the current one. A newer one was never given to
  // a client by a database that remembers what it acknowledged: either this database was set back
  // to an earlier state, or someone has the key and makes tokens. Both are answered alike, because
  // the rightful user loses one login at worst, while believing it would let the second case go on.
  return refresh_verdict::reuse_detected;
}

} // namespace maque
