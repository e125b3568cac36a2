#include "actors/user_cache.hpp"

#include <utility>

namespace maque {

user_cache::lookup user_cache::find(user_id id, steady_time now) {
  const auto at = by_id_.find(id);
  if (at == by_id_.end()) return {};
  const position known = at->second;
  if (known->expires <= now) {
    by_use_.erase(known);
    by_id_.erase(at);
    return {};
  }
  by_use_.splice(by_use_.begin(), by_use_, known);
  if (!known->who) return {state::absent, nullptr};
  return {state::present, &*known->who};
}

void user_cache::put(const user& who, steady_time now) {
  const auto at = by_id_.find(who.id);
  if (at != by_id_.end() && at->second->who && at->second->who->revision > who.revision) return;
  store(who.id, who, expiry(now));
}

void user_cache::put_absent(user_id id, steady_time now) {
  store(id, std::nullopt, now + policy_.negative_ttl);
}

void user_cache::store(user_id id, std::optional<user> who, steady_time expires) {
  if (policy_.capacity == 0) return;
  if (const auto at = by_id_.find(id); at != by_id_.end()) {
    at->second->who = std::move(who);
    at->second->expires = expires;
    by_use_.splice(by_use_.begin(), by_use_, at->second);
    return;
  }
  if (by_id_.size() >= policy_.capacity) {
    by_id_.erase(by_use_.back().id);
    by_use_.pop_back();
  }
  by_use_.push_front(entry{id, std::move(who), expires});
  by_id_.emplace(id, by_use_.begin());
}

steady_time user_cache::expiry(steady_time now) {
  // xorshift64 (Marsaglia, 2003): any even spread will do here.
  random_state_ ^= random_state_ << 13;
  random_state_ ^= random_state_ >> 7;
  random_state_ ^= random_state_ << 17;
  const auto jitter_percent = static_cast<std::int64_t>(random_state_ % 11);
  return now + policy_.ttl * (100 - jitter_percent) / 100;
}

} // namespace maque
