#pragma once

#include "actors/account.hpp"
#include "actors/lane.hpp"
#include "actors/lane_actor.hpp"
#include "actors/lane_context.hpp"
#include "actors/metrics.hpp"
#include "actors/session.hpp"
#include "actors/supervisor.hpp"
#include "actors/user_cache.hpp"
#include "db/db_pool.hpp"
#include "http/front.hpp"
#include "http/listener.hpp"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace maque {

/// How the lanes reach the database.
struct database_blueprint {
  db::pool_policy policy;
  places* room = nullptr; ///< For workers beyond the base, of all lanes; has to outlive them.
  std::function<db::connection_keeper()> connect; ///< Called by any thread.
  /// Who writes, where an engine has a single writer; asked when a pool is made.
  std::function<db::writer_actor()> writer;
};

/// What a lane's actors are made from; the same for all lanes.
struct lane_blueprint {
  database_blueprint database;
  token_settings tokens;
  account_policy accounts;
  /// Whose data of WeChat is read.
  std::shared_ptr<const wechat_apps> apps;
  std::shared_ptr<const security::sealing_keys> sealing_keys;
  user_cache_policy cache;
  http::front_options front;
  http::listener_options listener;
};

/// One lane with all that is on it: context, actors' meters, front, listener, thread.
class lane_runtime {
public:
  lane_runtime(caf::actor_system& system, std::uint32_t index, const lane_blueprint& blueprint,
               const time_source& clock, log::logger& log);
  ~lane_runtime();
  lane_runtime(const lane_runtime&) = delete;
  lane_runtime& operator=(const lane_runtime&) = delete;

  lane& home() noexcept { return lane_; }
  http::listener& listener() noexcept { return listener_; }
  /// Only for what is made before the lane runs.
  lane_context& context() noexcept { return context_; }
  /// In the lane's thread.
  http::handler_context& handlers() noexcept { return front_.context(); }

  /// Runs `action` on the context in the lane's thread; before the lane runs, as the first thing.
  void configure(std::function<void(lane_context&)> action);

  /// The children of this lane in the order in which they start. `everywhere` runs an action on all
  /// lanes: it tells them of a member of a ring.
  using configure_all = std::function<void(std::function<void(lane_context&)>)>;
  std::vector<start_child> children(const configure_all& everywhere);
  /// The same of the operator's lane, which has no part in any ring.
  std::vector<start_child> operator_children();

  std::uint32_t index() const noexcept { return lane_.index(); }
  // What the lane does; any thread may read these.
  const lane_meter& meter() const noexcept { return context_.meter; }
  const pool_meter& database_meter() const noexcept { return context_.database_meter; }
  const http::route_meter& routes() const noexcept { return front_.routes(); }

  /// Adds what of this lane /metrics shows. When the children have been made.
  void add_to(metric_sources& shown) const;

  /// Tells the lane's pool of a new writer.
  void use_writer(const db::writer_actor& writer);

  /// @param name for tools that list threads; at most 15 characters.
  void run_thread(std::string name);
  /// Waits until the lane, which runs, knows what it has to know before it serves: which sessions
  /// were ended, and the published configuration.
  result<void> await_first_loads(std::chrono::milliseconds timeout);
  void start_listening();

  /// See http::listener::drain. When the last connection has closed, `on_empty` is called.
  void drain(steady_time last_chance, std::function<void()> on_empty);
  void close_connections();
  /// Ends the thread.
  void join();

private:
  template <class Handle, class State, class... Args>
  start_child child(const char* type, std::function<void(Handle)> installed, Args... args);

  /// Once an interval, in the lane's thread. Before the lane runs.
  void every(std::chrono::milliseconds interval, std::function<void()> action);
  start_child pool_child();
  start_child login_child();
  start_child front_child();
  std::string numbered(const char* type) const;
  actor_meter& add_meter(const char* type);

  const lane_blueprint& blueprint_;
  lane lane_;
  lane_context context_;
  http::front front_;
  http::listener listener_;
  http::http_front_actor front_actor_;
  db::db_pool_actor pool_;
  std::vector<std::unique_ptr<actor_meter>> meters_;
  std::thread thread_;
};

} // namespace maque
