#pragma once

#include "actors/config_watcher.hpp"
#include "actors/supervisor.hpp"
#include "config/live_settings.hpp"
#include "config/settings.hpp"
#include "http/admin_desk.hpp"
#include "telemetry/log.hpp"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace maque {

/// What changes while the server runs: the published configuration, and the settings that can
/// change live. A new setting of that kind needs its name in config/option.cpp, and a line in
/// apply(). All but the constructor: any thread.
class live_state {
public:
  using configure_all = std::function<void(const std::function<void(lane_context&)>&)>;

  /// @param start what the server has started with, all of it checked.
  /// @param everywhere tells all lanes. Must not call back.
  live_state(const config::settings& start, log::logger& log, configure_all everywhere);

  /// The watcher of the published configuration, which tells all lanes.
  /// @param here of the lane that it runs on, whose database it asks; before that runs.
  start_child watcher_child(lane_context& here, actor_meter& meter);

  /// What the files say now, all of it checked: what can change live is in force at once, and what
  /// can't is logged.
  void reload(const config::settings& read);

  /// The data of /admin/settings.
  nlohmann::json report() const;

  /// What is to be published so that the log, or one module of it, has this level; the other
  /// modules keep theirs. @param published what is so far, serialised, if anything is. Fails with
  /// invalid_field.
  result<http::setting_change> plan_log_level(const std::string& level,
                                              const std::optional<std::string>& module,
                                              const std::optional<std::string>& published) const;

private:
  std::vector<std::string> levels_in_force() const;

  struct view {
    config::settings start;   ///< What flags, environment and files say.
    config::settings now;     ///< With the live values over it.
    config::live_values live; ///< The values that are published; not all of them need to fit.
  };

  void take(const shared_config& published, const std::shared_ptr<void>& applied);
  void apply(const config::settings& next);
  void complain(const std::vector<config::problem>& problems);

  log::logger& log_;
  configure_all everywhere_;
  mutable std::mutex mutex_;
  view view_;
  std::vector<std::string> complaints_; ///< The last ones; they are not repeated.
};

} // namespace maque
