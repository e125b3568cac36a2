#pragma once

#include "actors/lane_actor.hpp"
#include "actors/lane_context.hpp"
#include "actors/protocol.hpp"
#include "actors/user_cache.hpp"

#include <unordered_map>
#include <vector>

namespace maque {

/// Serves profiles from the lane's cache, changes them at their owner.
class user_state {
public:
  static constexpr const char* name = "user";

  user_state(actor_of<user_actor> self, lane_context& context, user_cache_policy policy,
             std::uint64_t random_seed)
      : self_{self}, context_{context}, cache_{policy, random_seed} {}
  ~user_state();
  user_state(const user_state&) = delete;
  user_state& operator=(const user_state&) = delete;

  user_actor::behavior_type make_behavior();

private:
  using user_promise = caf::typed_response_promise<user>;

  caf::result<user> find(const request_context& request, user_id id);
  /// Asks the database once, however many wait for the same user.
  void fetch(const request_context& request, user_id id);
  void deliver(user_id id, const std::optional<user>& found);
  void fail(user_id id, const caf::error& cause);

  void change(user_promise waiting, const request_context& request, const change_profile& order);
  /// Replies when every lane has the new state in its cache.
  void announce(user_promise waiting, const user& changed);

  actor_of<user_actor> self_;
  lane_context& context_;
  user_cache cache_;
  std::unordered_map<user_id, std::vector<user_promise>> flights_;
};

} // namespace maque
