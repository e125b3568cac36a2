#include "actors/wechat_child.hpp"

#include "wechat_simulator/simulator.hpp"

#include <caf/actor_cast.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace maque {

namespace {

wechat_policy wechat_policy_of(const config::settings& settings) {
  wechat_policy made;
  made.workers = settings.wechat.workers;
  made.max_workers = std::max(settings.wechat.workers, settings.wechat.max_workers);
  made.idle_timeout = settings.wechat.worker_idle_timeout;
  return made;
}

transport_factory connect_to_wechat(const config::settings& settings,
                                    wechat_simulator::simulator& simulator) {
  if (settings.wechat.mode == config::wechat_mode::simulator)
    return [&simulator] { return wechat_simulator::make_simulator_transport(simulator); };
  return [connector = wechat::http_connector{settings.wechat.base_url, settings.wechat.timeout}] {
    return connector.connect();
  };
}

std::vector<actor_meter*> add_meters(const wechat_child_parts& parts, const char* type,
                                     std::size_t count) {
  std::vector<actor_meter*> made;
  for (std::size_t each = 0; each < count; ++each)
    made.push_back(&parts.add_meter(type));
  return made;
}

} // namespace

start_child make_wechat_child(const wechat_child_parts& parts) {
  const wechat_policy policy = wechat_policy_of(parts.settings);
  actor_meter& meter = parts.add_meter(wechat_client_state::name);
  const auto start_worker =
      [&system = parts.system, connect = connect_to_wechat(parts.settings, parts.simulator),
       meters = add_meters(parts, wechat_worker_state::name, policy.max_workers)](auto place) {
        return spawn_detached<wechat_worker_actor, wechat_worker_state>(system, *meters.at(place),
                                                                        connect);
      };
  const auto start_owner =
      [&system = parts.system, &clock = parts.clock, &log = parts.log, &shown = parts.meter,
       apps = parts.apps, timeout = parts.settings.wechat.timeout,
       meters = add_meters(parts, access_token_state::name, parts.apps->all().size())](
          std::size_t app, const wechat_client_actor& client) {
        access_token_state::options rules{apps->all()[app].appid, timeout, {}};
        return spawn_coordinator<access_token_service, access_token_state>(
            system, *meters.at(app), std::move(rules), client, std::ref(clock),
            std::ref(shown.app(app)), std::ref(log));
      };
  return {wechat_client_state::name,
          [&system = parts.system, &meter, policy, apps = parts.apps, &shown = parts.meter,
           &log = parts.log, start_worker, start_owner, installed = parts.installed] {
            auto client = spawn_coordinator<wechat_client_service, wechat_client_state>(
                system, meter, apps, policy, std::ref(shown), std::ref(log),
                wechat_client_state::worker_starter{start_worker},
                wechat_client_state::owner_starter{start_owner});
            installed(client);
            return caf::actor_cast<caf::actor>(client);
          },
          &meter};
}

} // namespace maque
