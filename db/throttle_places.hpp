#pragma once

#include "domain/throttle.hpp"

#include <vector>

namespace maque::db {

/// A key, and where in attempt_states its state is.
struct throttle_place {
  throttle_key key;
  std::optional<throttle_state> attempt_states::*state = nullptr;
};

/// Those that an attempt with these keys is about: with a device that one alone.
inline std::vector<throttle_place> places_of(const attempt_keys& keys) {
  if (keys.device) return {{*keys.device, &attempt_states::device}};
  std::vector<throttle_place> places;
  if (keys.account) places.push_back({*keys.account, &attempt_states::account});
  if (keys.source) places.push_back({*keys.source, &attempt_states::source});
  if (keys.pair) places.push_back({*keys.pair, &attempt_states::pair});
  return places;
}

/// Whether a state says nothing, so that it needs no row.
inline bool says_nothing(const std::optional<throttle_state>& state) {
  return !state || state->failures == 0;
}

} // namespace maque::db
