#pragma once

#include "actors/server.hpp"
#include "config/settings.hpp"
#include "db/store.hpp"
#include "support/temporary_folder.hpp"
#include "telemetry/log.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace maque::test {

/// The whole server in this process: two lanes on a free port, everything it keeps in a folder of
/// its own, WeChat simulated. Stops at once when it is destroyed.
class test_server {
public:
  using adjustment = std::function<void(config::settings&)>;

  static constexpr std::string_view operator_token = "the operator's token of the tests";

  /// @param adjust changes the settings before the start.
  /// @param handlers of pushes, besides the built-in ones.
  /// @param traces gets the traces; null: they are off.
  explicit test_server(const adjustment& adjust = {},
                       std::shared_ptr<const push_handler_plans> handlers = {},
                       std::shared_ptr<span_exporter> traces = {});
  ~test_server();
  test_server(const test_server&) = delete;
  test_server& operator=(const test_server&) = delete;

  std::uint16_t port() const { return running_->port(); }
  std::uint16_t operator_port() const { return running_->operator_port(); }
  /// Where everything is that it keeps.
  const std::filesystem::path& folder() const noexcept { return folder_.path(); }
  const config::settings& settings() const noexcept { return settings_; }

  /// Ends the server in order; true if nothing was cut short.
  bool stop(std::chrono::milliseconds grace = std::chrono::seconds{5});
  /// Ends the server, and starts a new one on the same folder. The port is another one.
  void restart();

  // Behind its back
  // --------------------------------------------------------------------------------

  std::unique_ptr<db::store> open_database() const;
  /// What a file that was changed says, at SIGHUP.
  void reload(const config::settings& read) const { running_->reload(read); }
  /// Publishes a value of the configuration; no JSON removes it.
  void publish(const std::string& key, std::optional<std::string> json) const;
  /// The same, with whom it is for.
  void publish(const std::string& key, config_content content) const;
  /// Runs a statement that no part of the server has.
  void execute_sql(const std::string& statement) const;
  /// What has been logged so far.
  std::string read_log();

private:
  void start();

  temporary_folder folder_;
  config::settings settings_;
  std::shared_ptr<const push_handler_plans> handlers_;
  std::shared_ptr<span_exporter> traces_;
  log::writer writer_;
  log::logger log_{writer_, log::level::info};
  std::unique_ptr<server> running_;
};

} // namespace maque::test
