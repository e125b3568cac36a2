#pragma once

#include "actors/actor_meter.hpp"
#include "actors/lane_actor.hpp"
#include "telemetry/log.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/typed_actor.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace maque {

/// Starts a child that is to be watched.
struct start_child {
  std::string name; ///< For the log: "user/0".
  /// Starts the actor, and tells those who talk to it of its handle. Called in the supervisor's
  /// thread, again for each restart.
  std::function<caf::actor()> start;
  actor_meter* meter = nullptr; ///< Outlives the supervisor.
};

struct child_started {};

/// Ends the children, the last one first.
struct stop_children {};

struct children_stopped {};

} // namespace maque

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::start_child)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::child_started)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::stop_children)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::children_stopped)

namespace maque {

/// Starts again what ends abnormally, within limits.
using supervisor_actor = caf::typed_actor<
    // Replies when the child runs.
    caf::replies_to<start_child>::with<child_started>,
    // Each child is asked to end when the one after it has ended. Replies when all have.
    caf::replies_to<stop_children>::with<children_stopped>>;

/// More than `restarts` within `window` mean that starting again does not help (as in OTP).
struct restart_limit {
  std::size_t restarts = 10;
  std::chrono::milliseconds window{60'000};
};

class supervisor_state {
public:
  static constexpr const char* name = "supervisor";

  /// @param give_up called once, when the limit is exceeded; the node is to end.
  supervisor_state(actor_of<supervisor_actor> self, log::logger& log, restart_limit limit,
                   std::function<void()> give_up);

  supervisor_actor::behavior_type make_behavior();

private:
  struct child {
    start_child spec;
    // Children have various interfaces; of all of them only their end matters here.
    caf::actor running;
  };

  void start(child& which);
  /// False if it could not be started.
  bool start_again(child& which);
  void on_down(const caf::down_msg& down);
  /// False if the child is gone for good, because the limit is exceeded.
  bool restart(child& which, const caf::error& reason);
  bool exceeds_limit();
  void stop_last();

  actor_of<supervisor_actor> self_;
  log::channel log_;
  restart_limit limit_;
  std::function<void()> give_up_;
  std::vector<child> children_;
  std::deque<std::chrono::steady_clock::time_point> restarts_;
  bool given_up_ = false;
  std::vector<caf::typed_response_promise<children_stopped>> stopping_;
};

} // namespace maque
