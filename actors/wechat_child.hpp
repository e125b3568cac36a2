#pragma once

#include "actors/lane_runtime.hpp"
#include "actors/supervisor.hpp"
#include "actors/wechat_client.hpp"
#include "config/settings.hpp"

#include <caf/actor_system.hpp>

#include <functional>
#include <memory>

namespace maque::wechat_simulator {
class simulator;
} // namespace maque::wechat_simulator

namespace maque {

/// What the WeChat client is made of. The references outlive it.
struct wechat_child_parts {
  caf::actor_system& system;
  const config::settings& settings;
  std::shared_ptr<const wechat_apps> apps;
  wechat_simulator::simulator& simulator;
  wechat_meter& meter;
  const time_source& clock;
  log::logger& log;
  /// Makes the meter of one more actor of a type.
  std::function<actor_meter&(const char* type)> add_meter;
  /// Is told every client that is started.
  std::function<void(const wechat_client_actor&)> installed;
};

/// The client with its workers and the owners of the access tokens.
start_child make_wechat_child(const wechat_child_parts& parts);

} // namespace maque
