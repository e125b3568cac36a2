#pragma once

#include "actors/lane_context.hpp"
#include "actors/push_counters.hpp"
#include "actors/push_protocol.hpp"
#include "actors/supervisor.hpp"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace maque {

/// A handler of pushes as a child of the supervisor.
struct push_handler_plan {
  std::string name; ///< Its type in metrics, and in the log.
  /// What it subscribes to, see subscribe_push; "" is all.
  std::vector<std::string> about;
  /// Starts it. Called in the supervisor's thread, again for each restart.
  std::function<push_handler_actor(caf::actor_system&, actor_meter&)> start;
};

/// What a program that runs the server adds to the built-in handlers.
struct push_handler_plans {
  std::vector<push_handler_plan> all;
};

/// The dispatcher of WeChat's pushes and its handlers as children of the supervisor. Subscriptions
/// outlive them: who is started again subscribes again, and so does everybody if it is the
/// dispatcher. All but counters() is for the supervisor's thread, once the children are made.
class push_service {
public:
  using meter_maker = std::function<actor_meter&(const std::string& type)>;
  using configure_all = std::function<void(const std::function<void(lane_context&)>&)>;

  /// @param further null: only the built-in handlers.
  push_service(const time_source& clock, log::logger& log,
               std::shared_ptr<const push_handler_plans> further = {})
      : clock_{clock}, log_{log}, further_{std::move(further)} {}
  push_service(const push_service&) = delete;
  push_service& operator=(const push_service&) = delete;

  /// In the order in which they start. The service has to outlive them.
  /// @param everywhere tells all lanes of a new dispatcher.
  std::vector<start_child> children(caf::actor_system& system, const meter_maker& add_meter,
                                    const configure_all& everywhere);

  /// Lets go of the actors, which would live on.
  void release();

  const push_counters& counters() const noexcept { return counters_; }

private:
  struct entry {
    std::vector<std::string> about;
    subscribe_push running; ///< Its handle is empty until it runs.
  };

  start_child dispatcher_child(caf::actor_system& system, actor_meter& meter,
                               configure_all everywhere);
  start_child handler_child(caf::actor_system& system, actor_meter& meter, push_handler_plan plan);
  push_handler_plan log_plan();
  push_handler_plan subscription_plan();
  void subscribe(const entry& who) const;

  const time_source& clock_;
  log::logger& log_;
  std::shared_ptr<const push_handler_plans> further_;
  push_counters counters_;
  push_dispatcher_actor dispatcher_;
  std::vector<entry> entries_;
};

} // namespace maque
