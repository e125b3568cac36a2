#pragma once

#include "domain/ids.hpp"
#include "domain/time.hpp"
#include "domain/user.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <unordered_map>

namespace maque {

struct user_cache_policy {
  std::size_t capacity = 100'000;
  std::chrono::milliseconds ttl{60'000};
  /// How long it is remembered that an id is nobody's.
  std::chrono::milliseconds negative_ttl{2'000};
};

/// A lane's bounded cache of users. The least recently used goes first. Entries live for the ttl
/// less up to a tenth of it, by chance, so that what was loaded together doesn't expire together.
/// Used by one thread.
class user_cache {
public:
  user_cache(user_cache_policy policy, std::uint64_t random_seed)
      : policy_{policy}, random_state_{random_seed | 1} {}

  enum class state : std::uint8_t { unknown, present, absent };
  struct lookup {
    state found = state::unknown;
    const user* who = nullptr; ///< Set if present; valid until the next call.
  };

  lookup find(user_id id, steady_time now);

  /// Remembers the user, unless a newer revision is known already.
  void put(const user& who, steady_time now);
  void put_absent(user_id id, steady_time now);

  std::size_t size() const noexcept { return by_id_.size(); }

private:
  struct entry {
    user_id id;
    std::optional<user> who;
    steady_time expires;
  };
  using position = std::list<entry>::iterator;

  void store(user_id id, std::optional<user> who, steady_time expires);
  steady_time expiry(steady_time now);

  user_cache_policy policy_;
  std::uint64_t random_state_;
  std::list<entry> by_use_; // the most recently used first
  std::unordered_map<user_id, position> by_id_;
};

} // namespace maque
