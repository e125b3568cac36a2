#include "actors/lane_runtime.hpp"

#include "actors/login.hpp"
#include "actors/outside.hpp"
#include "actors/user.hpp"
#include "actors/wechat_data.hpp"
#include "domain/limits.hpp"
#include "domain/metering.hpp"
#include "security/random.hpp"

#include <boost/asio/post.hpp>
#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <future>
#include <pthread.h>
#include <utility>

namespace maque {

namespace {

/// One message in so many is timed; see actor_meter.
constexpr std::uint32_t sample_every = 16;

http::listener_options with_meter(http::listener_options options, lane_meter& meter) {
  options.meter = &meter;
  return options;
}

} // namespace

lane_runtime::lane_runtime(caf::actor_system& system, std::uint32_t index,
                           const lane_blueprint& blueprint, const time_source& clock,
                           log::logger& log)
    : blueprint_{blueprint}, lane_{system, index}, context_{lane_, clock, log,
                                                            security::random_u64()},
      front_{context_, blueprint.front,
             security::access_token_codec{blueprint.tokens.keys, blueprint.tokens.issuer,
                                          blueprint.tokens.audience},
             security::random_u64()},
      listener_{
          lane_, with_meter(blueprint.listener, context_.meter),
          [this](const http::exchange_ptr& arrived) { caf::anon_send(front_actor_, arrived); },
          [this](const http::exchange_ptr& refused, error cause) {
            front_.refuse(refused, std::move(cause));
          }} {
  context_.change_front = [this](const http::live_front_options& next) { front_.change(next); };
  context_.keys = blueprint.tokens.keys;
  context_.apps = blueprint.apps;
  context_.sealing_keys = blueprint.sealing_keys;
  lane_.on_tick([this](steady_time now) {
    if constexpr (is_metered) context_.meter.ticked(now, lane::tick);
    front_.sweep(now);
  });
  lane_.on_tick([this](steady_time) {
    if (pool_) caf::anon_send(pool_, db::sweep_workers{});
  });
  every(limits::look_interval, [this] {
    if (context_.session) caf::anon_send(context_.session, look_for_ended_sessions{});
  });
  if (index > 0) return;
  every(limits::purge_interval, [this] {
    if (context_.session) caf::anon_send(context_.session, purge_database{});
  });
}

void lane_runtime::every(std::chrono::milliseconds interval, std::function<void()> action) {
  lane_.on_tick(
      [interval, action = std::move(action), next = steady_time{}](steady_time now) mutable {
        if (now < next) return;
        next = now + interval;
        action();
      });
}

lane_runtime::~lane_runtime() {
  join();
}

std::string lane_runtime::numbered(const char* type) const {
  return std::string{type} + "/" + std::to_string(lane_.index());
}

actor_meter& lane_runtime::add_meter(const char* type) {
  const bool traced = blueprint_.front.tracing.exporter != nullptr;
  return *meters_.emplace_back(
      std::make_unique<actor_meter>(type, lane_.index(), sample_every, traced));
}

void lane_runtime::configure(std::function<void(lane_context&)> action) {
  boost::asio::post(lane_.io(), [this, action = std::move(action)] { action(context_); });
}

template <class Handle, class State, class... Args>
start_child lane_runtime::child(const char* type, std::function<void(Handle)> installed,
                                Args... args) {
  actor_meter& meter = add_meter(type);
  return start_child{numbered(type),
                     [this, &meter, installed = std::move(installed), args...] {
                       auto started = spawn_on<Handle, State>(lane_, meter, args...);
                       installed(started);
                       return caf::actor_cast<caf::actor>(started);
                     },
                     &meter};
}

start_child lane_runtime::pool_child() {
  actor_meter& meter = add_meter(db::db_pool_state::name);
  const database_blueprint& database = blueprint_.database;
  std::vector<actor_meter*> worker_meters;
  for (std::uint32_t place = 0; place < database.policy.max_workers; ++place)
    worker_meters.push_back(&add_meter(db::worker_state::name));
  const auto start_worker = [this, &database, worker_meters](std::uint32_t place) {
    return spawn_detached<db::worker_actor, db::worker_state>(
        lane_.system(), *worker_meters.at(place), database.connect());
  };
  return {numbered(db::db_pool_state::name),
          [this, &meter, &database, start_worker] {
            auto started = spawn_on<db::db_pool_actor, db::db_pool_state>(
                lane_, meter, std::ref(context_), database.policy, std::ref(*database.room),
                db::db_pool_state::worker_starter{start_worker}, database.writer());
            configure([this, started](lane_context& here) {
              pool_ = started;
              here.database = started;
            });
            return caf::actor_cast<caf::actor>(started);
          },
          &meter};
}

void lane_runtime::use_writer(const db::writer_actor& writer) {
  configure([this, writer](lane_context&) {
    if (pool_) caf::anon_send(pool_, db::use_writer{writer});
  });
}

start_child lane_runtime::login_child() {
  return child<login_actor, login_state>(
      login_state::name,
      [this](const login_actor& started) {
        configure([started](lane_context& here) { here.login = started; });
      },
      std::ref(context_), blueprint_.accounts.login);
}

start_child lane_runtime::front_child() {
  return child<http::http_front_actor, http::http_front_state>(
      http::http_front_state::name,
      [this](const http::http_front_actor& started) {
        configure([this, started](lane_context&) { front_actor_ = started; });
      },
      std::ref(front_));
}

std::vector<start_child> lane_runtime::children(const configure_all& everywhere) {
  const std::uint64_t id = lane_.index();
  const auto context = std::ref(context_);
  std::vector<start_child> made;

  made.push_back(pool_child());
  made.push_back(child<user_actor, user_state>(
      user_state::name,
      [this, id, everywhere](const user_actor& started) {
        configure([started](lane_context& here) { here.user = started; });
        everywhere([id, started](lane_context& there) { there.user_owners.assign(id, started); });
      },
      context, blueprint_.cache, security::random_u64()));
  made.push_back(child<session_actor, session_state>(
      session_state::name,
      [this, id, everywhere, restarted = false](const session_actor& started) mutable {
        configure([started](lane_context& here) { here.session = started; });
        everywhere(
            [id, started](lane_context& there) { there.session_owners.assign(id, started); });
        // What was announced while there was no actor was not heard.
        if (std::exchange(restarted, true))
          caf::anon_send(started, request_context{trace_id{}, steady_time::max()},
                         reload_revocations{});
      },
      context, std::cref(blueprint_.tokens)));
  made.push_back(login_child());
  made.push_back(child<account_actor, account_state>(
      account_state::name,
      [this, id, everywhere](const account_actor& started) {
        configure([started](lane_context& here) { here.account = started; });
        everywhere(
            [id, started](lane_context& there) { there.account_owners.assign(id, started); });
      },
      context, blueprint_.accounts));
  made.push_back(child<wechat_data_actor, wechat_data_state>(
      wechat_data_state::name,
      [this](const wechat_data_actor& started) {
        configure([started](lane_context& here) { here.wechat_data = started; });
      },
      context));
  made.push_back(front_child());
  return made;
}

std::vector<start_child> lane_runtime::operator_children() {
  std::vector<start_child> made;
  made.push_back(pool_child());
  made.push_back(login_child());
  made.push_back(front_child());
  return made;
}

void lane_runtime::add_to(metric_sources& shown) const {
  for (const auto& meter : meters_)
    shown.actors.push_back(meter.get());
  shown.security.push_back(&context_.events);
  shown.lanes.push_back({index(), &meter(), &database_meter(), &routes()});
}

void lane_runtime::run_thread(std::string name) {
  thread_ = std::thread{[this, name = std::move(name)] {
    pthread_setname_np(pthread_self(), name.c_str());
    lane_.run();
  }};
}

result<void> lane_runtime::await_first_loads(std::chrono::milliseconds timeout) {
  std::promise<std::pair<session_actor, config_watcher_actor>> handles;
  configure([&handles](lane_context& here) {
    handles.set_value({here.session, here.config_watcher});
  });
  const auto [session, watcher] = handles.get_future().get();
  const request_context request_now{trace_id{}, std::chrono::steady_clock::now() + timeout};
  const auto revoked = request<announcement_applied>(lane_.system(), session, timeout, request_now,
                                                     reload_revocations{});
  if (!revoked) return tl::unexpected{revoked.error()};
  const auto published = request<config_in_force>(lane_.system(), watcher, timeout, request_now,
                                                  put_config_in_force{});
  if (!published) return tl::unexpected{published.error()};
  return {};
}

void lane_runtime::start_listening() {
  boost::asio::post(lane_.io(), [this] { listener_.start(); });
}

void lane_runtime::drain(steady_time last_chance, std::function<void()> on_empty) {
  boost::asio::post(lane_.io(), [this, last_chance, on_empty = std::move(on_empty)]() mutable {
    front_.drain();
    listener_.drain(last_chance, std::move(on_empty));
  });
}

void lane_runtime::close_connections() {
  boost::asio::post(lane_.io(), [this] {
    front_.abandon();
    listener_.close_all();
  });
}

void lane_runtime::join() {
  lane_.stop();
  if (thread_.joinable()) thread_.join();
}

} // namespace maque
