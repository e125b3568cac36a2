#include "actors/server.hpp"

#include "actors/key_keeper.hpp"
#include "actors/lane_runtime.hpp"
#include "actors/live_state.hpp"
#include "actors/operator_service.hpp"
#include "actors/outside.hpp"
#include "actors/password_hasher.hpp"
#include "actors/password_worker.hpp"
#include "actors/push_service.hpp"
#include "actors/server_blueprint.hpp"
#include "actors/supervisor.hpp"
#include "actors/wechat_child.hpp"
#include "actors/wechat_report.hpp"
#include "db/db_worker.hpp"
#include "db/store_factory.hpp"
#include "domain/limits.hpp"
#include "security/random.hpp"
#include "wechat_simulator/simulator.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <future>
#include <thread>
#include <utility>

namespace maque {

namespace {

/// How long an actor that has to be there before the first request may take.
constexpr std::chrono::seconds start_timeout{30};
/// How long a connection without a request is kept open during a shutdown, for one on its way.
constexpr std::chrono::milliseconds last_chance{500};
/// How long actors may take to end, once nothing is in flight.
constexpr std::chrono::seconds actors_timeout{5};

std::uint32_t lane_count(std::uint32_t configured) {
  return configured != 0 ? configured : std::max(1U, std::thread::hardware_concurrency());
}

} // namespace

class server::impl {
public:
  impl(server_options options, log::logger& log)
      : options_{std::move(options)}, log_{log}, simulator_{clock_},
        stores_{db::make_store_factory(options_.settings.database.url,
                                       options_.settings.database.statement_timeout)} {}

  ~impl() { stop(std::chrono::milliseconds{0}); }

  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;

  result<void> start();
  bool stop(std::chrono::milliseconds grace);

  std::uint16_t port() const noexcept { return blueprint_.listener.port; }
  std::uint16_t operator_port() const noexcept { return operator_port_; }
  std::string database_description() const { return stores_->describe(); }
  void reload(const config::settings& read) { live_.reload(read); }
  secret new_operator_token() const {
    return operator_token_.is_new ? operator_token_.text : secret{};
  }

private:
  result<void> open_listeners();
  result<void> start_actors();
  result<void> start_one(start_child child);
  /// @param open makes a connection of the kind that is wanted.
  db::connection_keeper connection_to(db::store_opener open) const;
  start_child writer_child();
  start_child wechat_child();
  start_child password_child();
  start_child key_keeper_child();
  result<void> open_operator_side(std::string address, std::uint32_t index);
  void start_operator_side();
  result<void> await_first_loads();
  void everywhere(const std::function<void(lane_context&)>& action);
  actor_meter& add_meter(const char* type);
  bool stop_actors();

  server_options options_;
  log::logger& log_;
  system_time_source clock_;
  wechat_simulator::simulator simulator_;
  std::unique_ptr<db::store_factory> stores_;
  places places_{options_.settings.http.max_connections};
  std::unique_ptr<places> database_room_;
  lane_blueprint blueprint_;
  // Once the actors run, the key keeper's.
  security::shared_key_ring keys_;
  std::vector<std::unique_ptr<actor_meter>> meters_;
  std::unique_ptr<wechat_meter> wechat_meter_;
  caf::actor_system_config config_;
  std::unique_ptr<caf::actor_system> system_;
  std::vector<std::unique_ptr<lane_runtime>> lanes_;
  std::unique_ptr<operator_service> operators_;
  security::operator_token operator_token_;
  std::uint16_t operator_port_ = 0;
  security_log events_{log_};
  live_state live_{options_.settings, log_, [this](const auto& action) { everywhere(action); }};
  push_service pushes_{clock_, log_, options_.push_handlers};
  supervisor_actor supervisor_;
  // Set by a child's start function, read by those of later ones: the supervisor's thread.
  db::writer_actor writer_;
  bool running_ = false;
};

// Starting ---------------------------------------------------------------------------------------

result<void> server::impl::start() {
  security::initialize();
  auto& http = options_.settings.http;
  const auto address = http::resolve_host(http.host);
  if (!address) return tl::unexpected{address.error()};
  if (auto free = http::check_address_is_free(*address, http.port); !free) return free;
  const auto& admin = options_.settings.admin;
  const auto operator_address = http::resolve_host(admin.host);
  if (!operator_address) return tl::unexpected{operator_address.error()};
  if (auto free = http::check_address_is_free(*operator_address, admin.port); !free) return free;
  // Before anything is written: if the database can't be used, nothing is to be touched.
  if (auto schema = stores_->migrate(); !schema) return tl::unexpected{std::move(schema.error())};
  auto keys = keys_of(options_.settings);
  if (!keys) return tl::unexpected{std::move(keys.error())};
  keys_ = *std::move(keys);

  const std::uint32_t lanes = lane_count(options_.settings.server.lanes);
  if (!options_.traces) options_.traces = exporter_of(options_, log_);
  blueprint_ = blueprint_of(options_, keys_);
  wechat_meter_ = std::make_unique<wechat_meter>(appids_of(*blueprint_.apps));
  if (options_.settings.wechat.mode == config::wechat_mode::live)
    blueprint_.front.wechat_state = [this] { return wechat_readiness(*wechat_meter_); };
  blueprint_.listener.host = *address;
  blueprint_.listener.room = &places_;
  blueprint_.database.policy =
      pool_policy_of(options_.settings, lanes, stores_->has_single_writer());
  database_room_ = std::make_unique<places>(room_of(options_.settings, lanes));
  blueprint_.database.room = database_room_.get();
  blueprint_.database.connect = [this] {
    return connection_to([this] {
      return stores_->has_single_writer() ? stores_->open_reader() : stores_->open_writer();
    });
  };
  blueprint_.database.writer = [this] { return writer_; };
  running_ = true;
  system_ = std::make_unique<caf::actor_system>(configure(config_));
  for (std::uint32_t index = 0; index < lanes; ++index) {
    lanes_.push_back(std::make_unique<lane_runtime>(*system_, index, blueprint_, clock_, log_));
    // The first lane finds a free port if none is given; the others share it.
    const auto port = lanes_.back()->listener().open();
    if (!port) return tl::unexpected{port.error()};
    blueprint_.listener.port = *port;
  }
  if (auto opened = open_operator_side(*operator_address, lanes); !opened) return opened;
  if (auto started = start_actors(); !started) return started;
  start_operator_side();
  for (std::uint32_t index = 0; index < lanes; ++index)
    lanes_[index]->run_thread("lane-" + std::to_string(index));
  if (auto loaded = await_first_loads(); !loaded) return loaded;
  for (const auto& lane : lanes_)
    lane->start_listening();
  return {};
}

result<void> server::impl::start_actors() {
  actor_meter& meter = add_meter(supervisor_state::name);
  supervisor_ = spawn_coordinator<supervisor_actor, supervisor_state>(
      *system_, meter, std::ref(log_), restart_limit{limits::restarts_max, limits::restarts_window},
      options_.give_up);
  std::vector<start_child> children;
  if (stores_->has_single_writer()) children.push_back(writer_child());
  children.push_back(wechat_child());
  children.push_back(password_child());
  if (options_.settings.auth.signing_secret.empty()) children.push_back(key_keeper_child());
  const auto tell = [this](const auto& action) { everywhere(action); };
  const auto meter_of = [this](const std::string& type) -> actor_meter& {
    return add_meter(type.c_str());
  };
  std::ranges::move(pushes_.children(*system_, meter_of, tell), std::back_inserter(children));
  for (const auto& lane : lanes_)
    std::ranges::move(lane->children(tell), std::back_inserter(children));
  std::ranges::move(operators_->children(), std::back_inserter(children));
  children.push_back(
      live_.watcher_child(operators_->context(), add_meter(config_watcher_state::name)));
  for (start_child& child : children)
    if (auto started = start_one(std::move(child)); !started) return started;
  return {};
}

result<void> server::impl::open_operator_side(std::string address, std::uint32_t index) {
  auto token = operator_token_of(options_.settings);
  if (!token) return tl::unexpected{std::move(token.error())};
  operator_token_ = *std::move(token);
  const bool simulated = options_.settings.wechat.mode == config::wechat_mode::simulator;
  operators_ = std::make_unique<operator_service>(
      operator_parts{*system_, index, blueprint_, options_, live_, *wechat_meter_,
                     simulated ? &simulator_ : nullptr, operator_token_.text, clock_, log_},
      std::move(address));
  return operators_->open().map([this](std::uint16_t port) { operator_port_ = port; });
}

void server::impl::start_operator_side() {
  metric_sources shown;
  for (const auto& meter : meters_)
    shown.actors.push_back(meter.get());
  for (const auto& lane : lanes_)
    lane->add_to(shown);
  shown.security.push_back(&events_);
  shown.pushes = &pushes_.counters();
  shown.wechat = wechat_meter_.get();
  shown.log = &log_.sink();
  shown.database = stores_->describe();
  operators_->start(std::move(shown));
}

result<void> server::impl::start_one(start_child child) {
  const auto started =
      request<child_started>(*system_, supervisor_, start_timeout, std::move(child));
  if (!started) return tl::unexpected{started.error()};
  return {};
}

db::connection_keeper server::impl::connection_to(db::store_opener open) const {
  // Up to a tenth shorter, by chance: so that they are not all replaced at once.
  const auto lifetime = options_.settings.database.max_lifetime;
  const auto shorter =
      security::random_u64() % static_cast<std::uint64_t>(lifetime.count() / 10 + 1);
  return {std::move(open), lifetime - std::chrono::milliseconds{shorter}};
}

start_child server::impl::writer_child() {
  actor_meter& meter = add_meter(db::writer_state::name);
  return {db::writer_state::name,
          [this, &meter] {
            writer_ = spawn_detached<db::writer_actor, db::writer_state>(
                *system_, meter, connection_to([this] { return stores_->open_writer(); }));
            for (const auto& lane : lanes_)
              lane->use_writer(writer_);
            operators_->use_writer(writer_);
            return caf::actor_cast<caf::actor>(writer_);
          },
          &meter};
}

start_child server::impl::wechat_child() {
  return make_wechat_child({*system_, options_.settings, blueprint_.apps, simulator_,
                            *wechat_meter_, clock_, log_,
                            [this](const char* type) -> actor_meter& { return add_meter(type); },
                            [this](const wechat_client_actor& client) {
                              everywhere([client](lane_context& lane) { lane.wechat = client; });
                            }});
}

start_child server::impl::password_child() {
  actor_meter& meter = add_meter(password_hasher_state::name);
  const hasher_policy policy = hasher_policy_of(options_.settings);
  std::vector<actor_meter*> worker_meters;
  for (std::uint32_t place = 0; place < policy.workers; ++place)
    worker_meters.push_back(&add_meter(password_worker_state::name));
  const auto start_worker = [this, worker_meters, parameters = policy.parameters](auto place) {
    return spawn_detached<password_hasher_actor, password_worker_state>(
        *system_, *worker_meters.at(place), parameters, std::ref(log_));
  };
  return {password_hasher_state::name,
          [this, &meter, policy, start_worker] {
            auto hasher = spawn_coordinator<hashing_pool_actor, password_hasher_state>(
                *system_, meter, policy, password_hasher_state::worker_starter{start_worker});
            everywhere([hasher](lane_context& lane) { lane.passwords = hasher; });
            return caf::actor_cast<caf::actor>(hasher);
          },
          &meter};
}

start_child server::impl::key_keeper_child() {
  actor_meter& meter = add_meter(key_keeper_state::name);
  const key_source source{options_.settings.auth.key_file, lifetimes_of(options_.settings)};
  return {key_keeper_state::name,
          [this, &meter, source] {
            const auto announce = [this, newest = keys_->keys().back().key.kid](
                                      const security::shared_key_ring& keys) mutable {
              if (const auto kid = keys->keys().back().key.kid; kid != newest) {
                newest = kid;
                events_.note(security_event::key_rotated);
              }
              everywhere([keys](lane_context& lane) { lane.keys = keys; });
            };
            return caf::actor_cast<caf::actor>(spawn_detached<key_keeper_actor, key_keeper_state>(
                *system_, meter, std::ref(log_), source, std::ref(keys_),
                key_keeper_state::announcement{announce}));
          },
          &meter};
}

result<void> server::impl::await_first_loads() {
  for (const auto& lane : lanes_)
    if (auto loaded = lane->await_first_loads(start_timeout); !loaded) return loaded;
  return {};
}

void server::impl::everywhere(const std::function<void(lane_context&)>& action) {
  for (const auto& lane : lanes_)
    lane->configure(action);
  if (operators_) operators_->configure(action);
}

actor_meter& server::impl::add_meter(const char* type) {
  // Few messages come here, so each of them is timed.
  return *meters_.emplace_back(
      std::make_unique<actor_meter>(type, 0, 1, blueprint_.front.tracing.exporter != nullptr));
}

// Stopping ---------------------------------------------------------------------------------------

bool server::impl::stop(std::chrono::milliseconds grace) {
  if (!std::exchange(running_, false)) return true;
  const steady_time now = std::chrono::steady_clock::now();
  if (operators_) operators_->end_streams();
  countdown empty{lanes_.size()};
  for (const auto& lane : lanes_)
    lane->drain(now + std::min(last_chance, grace), [&empty] { empty.arrive(); });
  bool complete = empty.wait_until(now + grace);
  for (const auto& lane : lanes_)
    lane->close_connections();
  complete = stop_actors() && complete;
  if (operators_) operators_->end();
  // Handles keep actors alive; what runs until here may still send to them.
  supervisor_ = supervisor_actor{};
  writer_ = db::writer_actor{};
  pushes_.release();
  system_->await_all_actors_done();
  for (const auto& lane : lanes_)
    lane->join();
  lanes_.clear();
  operators_.reset();
  system_.reset();
  return complete;
}

bool server::impl::stop_actors() {
  if (!supervisor_) return true;
  const auto stopped =
      request<children_stopped>(*system_, supervisor_, actors_timeout, stop_children{});
  caf::anon_send_exit(supervisor_, caf::exit_reason::user_shutdown);
  return stopped.has_value();
}

// The server -------------------------------------------------------------------------------------

server::server(server_options options, log::logger& log)
    : impl_{std::make_unique<impl>(std::move(options), log)} {}

server::~server() = default;

result<void> server::start() {
  auto started = impl_->start();
  if (!started) impl_->stop(std::chrono::milliseconds{0});
  return started;
}

bool server::stop(std::chrono::milliseconds grace) {
  return impl_->stop(grace);
}

void server::reload(const config::settings& read) {
  impl_->reload(read);
}

std::uint16_t server::port() const noexcept {
  return impl_->port();
}

std::uint16_t server::operator_port() const noexcept {
  return impl_->operator_port();
}

secret server::new_operator_token() const {
  return impl_->new_operator_token();
}

std::string server::database_description() const {
  return impl_->database_description();
}

} // namespace maque
