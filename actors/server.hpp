#pragma once

#include "config/settings.hpp"
#include "domain/errors.hpp"
#include "telemetry/log.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace maque {

struct push_handler_plans;
class span_exporter;

/// As the settings say, which were checked: the common level, and those of single modules.
void set_log_levels(log::logger& log, const config::settings& settings);

/// What a program that runs the server adds to the settings.
struct server_options {
  config::settings settings;
  /// The data of /api/version, serialised.
  std::string version_json = "{}";
  /// Called when actors fail so often that the server has to end. Any thread; must not block.
  std::function<void()> give_up = [] {};
  /// Who gets WeChat's pushes besides the built-in handlers: see actors/push_service.hpp.
  std::shared_ptr<const push_handler_plans> push_handlers = {};
  /// Who takes the traces of requests; null: whom the settings name, if they name one.
  std::shared_ptr<span_exporter> traces = {};
};

/// The whole server in one object: the database, the actors, the lanes and their listeners. To be
/// started, stopped and destroyed by one and the same thread: the actor system that it makes is
/// tied to its creator, and waits for ever if another one ends it.
class server {
public:
  /// @param log has to outlive the server.
  server(server_options options, log::logger& log);
  /// Stops at once what still runs.
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// Returns when it serves. On failure nothing is left running; the error's cause says what is
  /// wrong and what would be right.
  result<void> start();

  /// Accepts no more, finishes what is in flight, at most until `grace` has passed, and ends the
  /// actors in the reverse of the order in which they were started. True if nothing was cut short.
  bool stop(std::chrono::milliseconds grace);

  /// What the files say by now, all of it checked: what of it can change live is in force at once,
  /// what can't is logged. While it runs.
  void reload(const config::settings& read);

  /// The port that it listens on.
  std::uint16_t port() const noexcept;
  /// The port of the operator's listener.
  std::uint16_t operator_port() const noexcept;

  /// What operators sign in with, if this start has made it; empty otherwise.
  secret new_operator_token() const;

  /// For people: where the data is, e.g. "SQLite in ./data/maque.db".
  std::string database_description() const;

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace maque
