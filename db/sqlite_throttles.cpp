#include "db/sqlite_throttles.hpp"

#include "db/throttle_places.hpp"

namespace maque::db {
namespace {

throttle_state read_state(const sqlite_row& row) {
  return {.failures = static_cast<std::uint32_t>(row.integer(0)),
          .last_at = row.time(1),
          .blocked_until = row.time(2)};
}

} // namespace

sqlite_throttles::sqlite_throttles(sqlite_database& database)
    : find_{database, "SELECT failures, last_at, blocked_until FROM login_throttles"
                      " WHERE key = ?1"},
      put_{database, "INSERT INTO login_throttles (key, failures, last_at, blocked_until)"
                     " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (key) DO UPDATE"
                     " SET failures = excluded.failures, last_at = excluded.last_at,"
                     " blocked_until = excluded.blocked_until"},
      remove_{database, "DELETE FROM login_throttles WHERE key = ?1"} {}

result<attempt_verdict> sqlite_throttles::begin(const attempt_keys& keys,
                                                const throttle_policy& policy, utc_time at) {
  const auto known = find(keys);
  if (!known) return tl::unexpected{known.error()};
  const attempt_verdict verdict = judge_attempt(keys, *known, at, policy);
  if (verdict.blocked_until) return verdict;
  return put(keys, verdict.counted).map([&] { return verdict; });
}

result<void> sqlite_throttles::forgive(const attempt_keys& keys, const throttle_policy& policy,
                                       utc_time at) {
  return find(keys).and_then([&](const attempt_states& known) {
    return put(keys, maque::forgive(keys, known, at, policy));
  });
}

result<attempt_states> sqlite_throttles::find(const attempt_keys& keys) {
  attempt_states states;
  for (const auto& [key, state] : places_of(keys)) {
    auto found = find_.first(read_state, std::span{key.digest});
    if (!found) return tl::unexpected{std::move(found.error())};
    states.*state = *found;
  }
  return states;
}

result<void> sqlite_throttles::put(const attempt_keys& keys, const attempt_states& states) {
  for (const auto& [key, place] : places_of(keys)) {
    const auto& state = states.*place;
    const std::span digest{key.digest};
    auto done = says_nothing(state) ? remove_.run(digest)
                                    : put_.run(digest, static_cast<std::int64_t>(state->failures),
                                               state->last_at, state->blocked_until);
    if (!done) return done;
  }
  return {};
}

} // namespace maque::db
