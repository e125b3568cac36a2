#pragma once

#include "actors/lane_context.hpp"
#include "actors/push_counters.hpp"
#include "actors/push_protocol.hpp"
#include "actors/supervisor.hpp"

#include <functional>
#include <string>
#include <vector>

namespace maque {

/// The dispatcher of WeChat's pushes and its handlers as children of the supervisor. Subscriptions
/// outlive them: who is started again subscribes again, and so does everybody if it is the
/// dispatcher. All but counters() is for the supervisor's thread, once the children are made.
class push_service {
public:
  using meter_maker = std::function<actor_meter&(const char* type)>;
  using configure_all = std::function<void(const std::function<void(lane_context&)>&)>;

  push_service(const time_source& clock, log::logger& log) : clock_{clock}, log_{log} {}
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
  /// @param about empty: all.
  start_child handler_child(const char* name, actor_meter& meter, std::vector<std::string> about,
                            std::function<push_handler_actor()> start);
  void subscribe(const entry& who) const;

  const time_source& clock_;
  log::logger& log_;
  push_counters counters_;
  push_dispatcher_actor dispatcher_;
  std::vector<entry> entries_;
};

} // namespace maque
