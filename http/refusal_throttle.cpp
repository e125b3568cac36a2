#include "http/refusal_throttle.hpp"

#include "domain/limits.hpp"

#include <algorithm>

namespace maque::http {

std::optional<utc_time> refusal_throttle::count(const std::string& source, utc_time now) {
  std::optional<throttle_state> known;
  if (const auto found = states_.find(source); found != states_.end()) {
    if (now - found->second.last_at < limits::refusals_remembered) known = found->second;
  } else {
    make_room(now);
  }
  if (known && now < known->blocked_until) return known->blocked_until;
  states_[source] = count_failure(known, now, rule_);
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
