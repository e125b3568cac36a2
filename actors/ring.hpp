#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace maque {

/// Says which actor owns a key, by rendezvous hashing (Thaler and Ravishankar, 1998): every member
/// is scored for the key and the highest score wins, so that a member that comes or goes moves only
/// the keys that it gains or had. A member is an actor of this lane, of another lane or, later, of
/// another node; whoever asks cannot tell. Each lane has its own copy, changed only in that lane's
/// thread.
template <class Handle>
class ring {
public:
  struct member {
    std::uint64_t id = 0; ///< Stays the same when the actor is restarted.
    Handle handle;
  };

  /// Adds a member, or replaces the handle of the one with this id.
  void assign(std::uint64_t id, Handle handle) {
    for (member& existing : members_) {
      if (existing.id != id) continue;
      existing.handle = std::move(handle);
      return;
    }
    members_.push_back(member{id, std::move(handle)});
  }

  void remove(std::uint64_t id) {
    std::erase_if(members_, [id](const member& existing) { return existing.id == id; });
  }

  /// Requires at least one member.
  const member& owner(std::uint64_t key) const {
    const member* best = &members_.front();
    std::uint64_t best_score = score(best->id, key);
    for (const member& candidate : std::span{members_}.subspan(1)) {
      const std::uint64_t candidate_score = score(candidate.id, key);
      if (candidate_score <= best_score) continue;
      best = &candidate;
      best_score = candidate_score;
    }
    return *best;
  }

  std::span<const member> members() const noexcept { return members_; }

private:
  /// The finaliser of MurmurHash3 over both values.
  static constexpr std::uint64_t score(std::uint64_t id, std::uint64_t key) noexcept {
    std::uint64_t mixed = key + (id + 1) * 0x9E3779B97F4A7C15ULL;
    mixed = (mixed ^ (mixed >> 33)) * 0xFF51AFD7ED558CCDULL;
    mixed = (mixed ^ (mixed >> 33)) * 0xC4CEB9FE1A85EC53ULL;
    return mixed ^ (mixed >> 33);
  }

  std::vector<member> members_;
};

} // namespace maque
