#pragma once

#include "actors/lane_actor.hpp"
#include "actors/lane_context.hpp"
#include "actors/protocol.hpp"

namespace maque {

/// Renders a snapshot into what is served.
shared_config publish(const config_snapshot& snapshot);

/// Knows the published configuration and notices new versions.
class config_state {
public:
  static constexpr const char* name = "config";

  config_state(actor_of<config_actor> self, lane_context& context)
      : self_{self}, context_{context} {}
  ~config_state();
  config_state(const config_state&) = delete;
  config_state& operator=(const config_state&) = delete;

  config_actor::behavior_type make_behavior();

private:
  void look_for_newer(const request_context& request);
  void answer_waiting(const std::optional<caf::error>& failure);

  actor_of<config_actor> self_;
  lane_context& context_;
  shared_config current_;
  bool looking_ = false;
  std::vector<caf::typed_response_promise<shared_config>> waiting_;
};

} // namespace maque
