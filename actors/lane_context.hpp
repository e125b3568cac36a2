#pragma once

#include "actors/lane.hpp"
#include "actors/lane_config.hpp"
#include "actors/lane_meter.hpp"
#include "actors/pool_meter.hpp"
#include "actors/protocol.hpp"
#include "actors/revocation_list.hpp"
#include "actors/ring.hpp"
#include "domain/ids.hpp"
#include "domain/session.hpp"
#include "domain/time.hpp"
#include "domain/wechat_app.hpp"
#include "telemetry/log.hpp"
#include "telemetry/security_log.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

namespace maque::security {
class key_ring;
struct sealing_keys;
} // namespace maque::security

namespace maque::http {
struct live_front_options;
} // namespace maque::http

namespace maque {

struct account_policy;

/// What the actors of one lane share: the handles of the services, which the supervisor replaces
/// when it restarts one, and state that outlives them. Touched only in the lane's thread once it
/// runs.
struct lane_context {
  lane_context(lane& its_lane, const time_source& its_clock, log::logger& its_log,
               std::uint64_t random_seed)
      : home{its_lane}, clock{its_clock}, log{its_log}, events{its_log}, ids{its_lane.index(),
                                                                             random_seed} {}

  lane& home;
  const time_source& clock;
  log::logger& log;
  security_log events;
  id_generator ids;

  /// What is shown of the lane and of its pool; any thread may read them.
  lane_meter meter;
  pool_meter database_meter;

  login_actor login;
  account_actor account;
  wechat_data_actor wechat_data;
  session_actor session;
  user_actor user;
  config_watcher_actor config_watcher;
  wechat_client_actor wechat;
  password_hasher_actor passwords;
  push_dispatcher_actor pushes;
  database_actor database;

  /// Who lets a username be registered; the key is a hash of it.
  ring<account_actor> account_owners;
  /// Who owns a user's sessions, and who a user's profile; the key is the user's id.
  ring<session_actor> session_owners;
  ring<user_actor> user_owners;

  revocation_list revocations;

  lane_config config;
  /// How logins and registrations go, once that has changed live; null: as at the start.
  std::shared_ptr<const account_policy> accounts{};
  /// What the database takes longer for has a line in the log; nothing: as at the start.
  std::optional<std::chrono::milliseconds> slow_query{};
  /// Tells the front of this lane, if it has one, what has changed live.
  std::function<void(const http::live_front_options&)> change_front{};

  /// The mini-programs that the server works for; never null in a lane that serves.
  std::shared_ptr<const wechat_apps> apps;

  /// What tokens are signed and verified with; never null in a lane that serves.
  std::shared_ptr<const security::key_ring> keys;
  /// The configured ones, if there are any, that seal what is stored; never null, either.
  std::shared_ptr<const security::sealing_keys> sealing_keys;
};

} // namespace maque
