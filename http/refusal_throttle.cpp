#include "http/refusal_throttle.hpp"

#include "domain/limits.hpp"

#include <algorithm>

namespace maque::http {

std::optional<utc_time> refusal_throttle::count(const std::string& source, utc_time now) {
  if (!states_.contains(source)) make_room(now);
  throttle_state& state = states_[source];
  if (now < state.blocked_until) return state.blocked_until;
  if (now - state.last_at >= limits::refusals_remembered) state = {};
  state.last_at = now;
  ++state.failures;
  if (state.failures < rule_.free_attempts) return std::nullopt;
  // Twice as long each time; more than 32 times would be no number any more.
  const auto doublings = std::min(state.failures - rule_.free_attempts, 32U);
  const auto delay = std::min<std::chrono::milliseconds>(
      rule_.first_delay * (std::int64_t{1} << doublings), rule_.longest_delay);
  state.blocked_until = now + delay;
  return std::nullopt;
}

void refusal_throttle::make_room(utc_time now) {
  if (states_.size() < limits::refusal_sources) return;
  std::erase_if(states_, [now](const auto& each) {
    return now - each.second.last_at >= limits::refusals_remembered;
  });
  // Full of strangers: the one that was heard of longest ago goes.
  if (states_.size() >= limits::refusal_sources)
    states_.erase(std::ranges::min_element(states_, {},
                                           [](const auto& each) { return each.second.last_at; }));
}

} // namespace maque::http
