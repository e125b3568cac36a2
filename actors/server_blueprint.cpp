#include "actors/server_blueprint.hpp"

#include "security/sealed.hpp"
#include "telemetry/otlp_exporter.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <utility>

namespace maque {

namespace {

session_policy policy_of(const config::settings& settings) {
  using std::chrono::floor;
  using std::chrono::seconds;
  return {floor<seconds>(settings.auth.access_ttl), floor<seconds>(settings.auth.refresh_idle_ttl),
          floor<seconds>(settings.auth.refresh_absolute_ttl),
          floor<seconds>(settings.auth.reuse_window), settings.auth.max_sessions};
}

throttle_policy throttle_of(const config::settings& settings) {
  const auto& given = settings.throttle;
  const auto rule = [&](std::uint32_t attempts) {
    return throttle_rule{attempts, given.first_delay, given.longest_delay};
  };
  return {rule(given.account_attempts), rule(given.source_attempts), rule(given.pair_attempts),
          rule(given.device_attempts), given.forget_after};
}

registration registration_of(config::registration_mode mode) {
  switch (mode) {
  case config::registration_mode::open:
    return registration::open;
  case config::registration_mode::invitation:
    return registration::by_invitation;
  case config::registration_mode::closed:
    return registration::closed;
  }
  return registration::closed;
}

http::cors_policy policy_of(config::cors_mode mode) {
  switch (mode) {
  case config::cors_mode::off:
    return http::cors_policy::off;
  case config::cors_mode::list:
    return http::cors_policy::list;
  case config::cors_mode::any:
    return http::cors_policy::any;
  }
  return http::cors_policy::off;
}

http::forwarded_header header_of(config::proxy_header header) {
  switch (header) {
  case config::proxy_header::x_forwarded_for:
    return http::forwarded_header::x_forwarded_for;
  case config::proxy_header::forwarded:
    return http::forwarded_header::forwarded;
  }
  return http::forwarded_header::x_forwarded_for;
}

http::proxy_options proxies_of(const config::settings& settings) {
  http::proxy_options made;
  // All of them are networks: load() has seen to it.
  for (const std::string& text : settings.http.trusted_proxies)
    if (const auto network = ip_network::parse(text)) made.trusted.push_back(*network);
  made.header = header_of(settings.http.forwarded_header);
  return made;
}

/// The first one seals.
std::shared_ptr<const security::sealing_keys> sealing_keys_of(const config::settings& settings) {
  security::sealing_keys made;
  // All of them are long enough: load() has seen to it.
  const auto add = [&made](const secret& master) {
    made.all.push_back(security::derive_sealing_key(master).value());
  };
  const auto& wechat = settings.wechat;
  if (!wechat.sealing_secret.empty()) add(wechat.sealing_secret);
  for (const secret& each : wechat.previous_sealing_secrets)
    add(each);
  return std::make_shared<const security::sealing_keys>(std::move(made));
}

} // namespace

std::shared_ptr<const wechat_apps> apps_of(const config::settings& settings) {
  const auto& wechat = settings.wechat;
  std::vector<wechat_app> all;
  if (!wechat.appid.empty() || wechat.further_apps.empty())
    all.push_back({wechat.appid, wechat.app_secret, wechat.push_token, wechat.push_aes_key});
  all.insert(all.end(), wechat.further_apps.begin(), wechat.further_apps.end());
  if (wechat.mode == config::wechat_mode::simulator) {
    if (all.front().appid.empty()) all.front().appid = "wxsimulator";
    for (wechat_app& each : all)
      if (each.app_secret.empty()) each.app_secret = secret{"simulator"};
  }
  return std::make_shared<const wechat_apps>(std::move(all));
}

security::token_lifetimes lifetimes_of(const config::settings& settings) {
  const session_policy policy = policy_of(settings);
  return {policy.access_ttl, policy.absolute_ttl};
}

result<security::shared_key_ring> keys_of(const config::settings& settings) {
  const auto& auth = settings.auth;
  const auto algorithm = auth.algorithm == config::token_algorithm::eddsa
                             ? security::key_algorithm::eddsa
                             : security::key_algorithm::hs256;
  auto ring =
      auth.signing_secret.empty()
          ? security::load_or_create_key_ring(auth.key_file, algorithm, lifetimes_of(settings))
          : security::make_key_ring(auth.signing_secret, algorithm, auth.previous_signing_secrets);
  return std::move(ring).map([](security::key_ring&& made) {
    return std::make_shared<const security::key_ring>(std::move(made));
  });
}

account_policy account_policy_of(const config::settings& settings) {
  return {registration_of(settings.accounts.registration),
          {policy_of(settings), throttle_of(settings)}};
}

http::live_front_options live_front_of(const config::settings& settings) {
  return {policy_of(settings.http.cors),
          settings.http.cors_origins,
          {settings.log.access_sample, settings.log.slow_request},
          proxies_of(settings),
          settings.tracing.ratio,
          settings.tracing.slow};
}

std::shared_ptr<span_exporter> exporter_of(const server_options& options, log::logger& log) {
  const auto& tracing = options.settings.tracing;
  if (tracing.endpoint.empty()) return nullptr;
  const auto version = nlohmann::json::parse(options.version_json).value("version", "");
  otlp_options made;
  made.resource = resource_of_this_process(tracing.service_name, version);
  made.queue = tracing.queue;
  made.batch = tracing.batch;
  made.interval = tracing.interval;
  made.timeout = tracing.timeout;
  return std::make_shared<otlp_exporter>(
      std::move(made), make_http_span_collector(tracing.endpoint, tracing.headers), log);
}

lane_blueprint blueprint_of(const server_options& options, security::shared_key_ring keys) {
  const config::settings& settings = options.settings;
  const auto& front = settings.http;
  lane_blueprint made;
  made.accounts = account_policy_of(settings);
  made.apps = apps_of(settings);
  made.sealing_keys = sealing_keys_of(settings);
  made.tokens = {std::move(keys),     settings.auth.issuer,           settings.auth.audience,
                 policy_of(settings), settings.throttle.forget_after, settings.admin.audit_kept};
  made.cache = {settings.cache.users, settings.cache.ttl, settings.cache.negative_ttl};
  made.front = {front.request_timeout,
                live_front_of(settings),
                [] { return std::string_view{"simulator"}; },
                made.tokens.policy.access_ttl,
                options.version_json,
                {options.traces, settings.tracing.ratio, settings.tracing.slow}};
  made.listener.port = front.port;
  made.listener.connections = {{front.max_header_bytes, front.max_body_bytes},
                               front.header_timeout,
                               front.body_timeout,
                               front.idle_timeout,
                               front.write_timeout,
                               front.request_timeout + std::chrono::seconds{1},
                               std::chrono::seconds{2}};
  return made;
}

db::pool_policy pool_policy_of(const config::settings& settings, std::uint32_t lanes,
                               bool single_writer) {
  const auto& database = settings.database;
  const std::uint32_t share = std::max(1U, database.pool_size / lanes);
  db::pool_policy made;
  // SQLite reads within the process: more connections than one or two a core gain nothing.
  made.base_workers = single_writer ? 1 : std::min(2U, share);
  made.pool_workers = single_writer ? std::min(2U, share) : share;
  made.max_workers = single_writer ? made.pool_workers : share + database.max_overflow;
  made.queue_timeout = database.pool_timeout;
  made.idle_timeout = database.idle_timeout;
  made.slow_query = settings.log.slow_query;
  return made;
}

// CAF's own threads only coordinate: one of them, and one that does not poll when it has no work.
caf::actor_system_config& configure(caf::actor_system_config& config) {
  config.set("scheduler.max-threads", std::size_t{1});
  config.set("scheduler.policy", caf::atom("sharing"));
  config.set("scheduler.max-throughput", std::size_t{100});
  // CAF takes a value of the wrong type without a word and goes on with its default.
  if (caf::get_or(config, "scheduler.max-threads", std::size_t{0}) != 1 ||
      caf::get_or(config, "scheduler.policy", caf::atom("")) != caf::atom("sharing"))
    throw std::logic_error{"the actor system did not accept its configuration"};
  return config;
}

hasher_policy hasher_policy_of(const config::settings& settings) {
  const auto& password = settings.password;
  hasher_policy made;
  // With as many as there are cores nothing would be left of the caches for the lanes.
  made.workers = password.workers != 0 ? password.workers
                                       : std::max(1U, std::thread::hardware_concurrency() / 2);
  made.queue = password.queue;
  made.parameters = {password.memory_mib, password.passes};
  return made;
}

std::size_t room_of(const config::settings& settings, std::uint32_t lanes) {
  const auto& database = settings.database;
  const std::size_t kept = std::size_t{lanes} * pool_policy_of(settings, lanes, false).base_workers;
  const std::size_t all = std::size_t{database.pool_size} + database.max_overflow;
  return all > kept ? all - kept : 0;
}

} // namespace maque
