#include "actors/key_keeper.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace maque {

namespace {

using security::key_ring;
using security::timed_key;

bool has_key(const key_ring& ring, const std::string& kid) {
  return std::ranges::any_of(ring.keys(),
                             [&kid](const timed_key& each) { return each.key.kid == kid; });
}

void log_changes(const log::channel& log, const key_ring& before, const key_ring& now) {
  for (const timed_key& each : now.keys()) {
    if (has_key(before, each.key.kid)) continue;
    const std::string signs_from = to_rfc3339(each.signs_from);
    log.line(log::level::info, nullptr, "new signing key",
             {{"event", "key_rotated"},
              {"kid", std::string_view{each.key.kid}},
              {"algorithm", to_string(each.key.algorithm)},
              {"signs_from", std::string_view{signs_from}}});
  }
  for (const timed_key& each : before.keys()) {
    if (has_key(now, each.key.kid)) continue;
    log.line(log::level::info, nullptr, "signing key dropped",
             {{"event", "key_dropped"}, {"kid", std::string_view{each.key.kid}}});
  }
}

} // namespace

key_keeper_state::key_keeper_state(actor_of<key_keeper_actor> self, log::logger& log,
                                   const key_source& source, security::shared_key_ring& known,
                                   announcement announce)
    : self_{self}, log_{log.of(log::source::security)}, watch_{source.file, source.lifetimes},
      interval_{source.interval}, known_{known}, announce_{std::move(announce)} {}

key_keeper_actor::behavior_type key_keeper_state::make_behavior() {
  schedule(std::chrono::milliseconds{0});
  return {[this](look_at_keys) {
    look();
    schedule(interval_);
  }};
}

void key_keeper_state::schedule(std::chrono::milliseconds delay) {
  caf::delayed_anon_send(caf::actor_cast<key_keeper_actor>(self_), delay, look_at_keys{});
}

void key_keeper_state::look() {
  auto found = watch_.look();
  if (!found) return complain(found.error());
  complaint_.clear();
  if (*found) take(**std::move(found));
}

void key_keeper_state::take(key_ring found) {
  log_changes(log_, *known_, found);
  known_ = std::make_shared<const key_ring>(std::move(found));
  announce_(known_);
}

void key_keeper_state::complain(const error& problem) {
  if (problem.cause == complaint_) return;
  complaint_ = problem.cause;
  log_.line(log::level::error, nullptr, "the signing keys can't be read, the known ones stay",
            {{"event", "key_file_unreadable"}, {"cause", std::string_view{problem.cause}}});
}

} // namespace maque
