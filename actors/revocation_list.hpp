#pragma once

#include "domain/ids.hpp"
#include "domain/limits.hpp"
#include "domain/time.hpp"

#include <cstddef>
#include <deque>
#include <unordered_set>

namespace maque {

/// The ended sessions whose access tokens could still be within their time: what a lane looks into
/// before it believes a token. Outlives the session actor that fills it. Used by one thread.
class revocation_list {
public:
  explicit revocation_list(std::size_t capacity = limits::revocations) : capacity_{capacity} {}

  /// Remembers the session until then. When the list is full, the oldest entry goes: it is the one
  /// whose tokens expire first.
  void add(session_id id, utc_time until) {
    if (!ended_.insert(id).second) return;
    by_age_.push_back({id, until});
    if (by_age_.size() > capacity_) forget_oldest();
  }

  bool contains(session_id id) const { return !ended_.empty() && ended_.contains(id); }

  /// Forgets the sessions whose tokens have all expired.
  void expire(utc_time now) {
    while (!by_age_.empty() && by_age_.front().until < now)
      forget_oldest();
  }

  std::size_t size() const noexcept { return by_age_.size(); }

private:
  struct entry {
    session_id id;
    utc_time until;
  };

  void forget_oldest() {
    ended_.erase(by_age_.front().id);
    by_age_.pop_front();
  }

  std::size_t capacity_;
  std::unordered_set<session_id> ended_;
  std::deque<entry> by_age_;
};

} // namespace maque
