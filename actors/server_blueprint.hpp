#pragma once

#include "actors/lane_runtime.hpp"
#include "actors/password_hasher.hpp"
#include "actors/server.hpp"
#include "security/key_store.hpp"
#include "wechat/api.hpp"

#include <caf/fwd.hpp>

namespace maque {

/// The keys that the settings name; a key file that is missing is made.
result<security::shared_key_ring> keys_of(const config::settings& settings);

/// Who we are towards WeChat, or towards the simulator.
std::shared_ptr<const wechat_apps> apps_of(const config::settings& settings);

security::token_lifetimes lifetimes_of(const config::settings& settings);

/// How logins and registrations go.
account_policy account_policy_of(const config::settings& settings);

/// What of the front can change live.
http::live_front_options live_front_of(const config::settings& settings);

/// Who takes the traces, as the settings say; null: they are off. @param log has to outlive it.
std::shared_ptr<span_exporter> exporter_of(const server_options& options, log::logger& log);

/// What the lanes are made from, as the settings say. Still missing: where they listen, and the
/// places for connections that they share, and the database.
lane_blueprint blueprint_of(const server_options& options, security::shared_key_ring keys);

/// How a lane's pool works, of so many lanes.
db::pool_policy pool_policy_of(const config::settings& settings, std::uint32_t lanes,
                               bool single_writer);

/// Sets what the actor system needs, and returns it. Throws std::logic_error if it isn't taken.
caf::actor_system_config& configure(caf::actor_system_config& config);

/// How passwords are hashed.
hasher_policy hasher_policy_of(const config::settings& settings);

/// How many database workers there may be beyond those that each lane keeps.
std::size_t room_of(const config::settings& settings, std::uint32_t lanes);

} // namespace maque
