#pragma once

#include "domain/errors.hpp"
#include "http/exchange.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace maque::http {

/// One page of numbers for operators: GET by whoever is signed in, the data of the envelope.
/// Called in the operator lane's thread; must not block.
struct admin_report {
  std::string pattern; ///< As of a route: "/admin/actors/{name}".
  std::function<result<nlohmann::json>(const exchange& asked)> render;
  /// The same as a table for people, which is what "Accept: text/plain" gets. Empty: there is none.
  std::function<result<std::string>(const exchange& asked)> table{};
};

class admin_gate;
class event_hub;

/// A live setting as it is published: config/live_settings.hpp.
struct setting_change {
  std::string key;  ///< "settings.log.level"
  std::string json; ///< Serialised.
};

/// What the handlers of the operator's listener work with, besides the services of their lane.
struct admin_desk {
  // Both outlive whatever is asked.
  admin_gate* gate = nullptr;
  event_hub* events = nullptr;
  /// Complete before the routes are made of them (admin_routes), and unchanged from then on.
  std::vector<admin_report> reports;
  /// After which a user's session ends that isn't refreshed.
  std::chrono::seconds session_idle{0};
  /// {"opened","refreshed","ended","reuse_detected"}, since the start.
  std::function<nlohmann::json()> session_counters;
  /// What /metrics shows.
  std::function<std::string()> metrics;
  /// What gives the log this level, or one module of it, where so much is published already. Fails
  /// with invalid_field.
  std::function<result<setting_change>(const std::string& level,
                                       const std::optional<std::string>& module,
                                       const std::optional<std::string>& published)>
      plan_log_level;
  /// Whether a value of the live configuration may be published: of keys that begin with
  /// "settings.", which change the server itself. Empty: any may.
  std::function<result<void>(const std::string& key, const std::string& json)> check_setting{};
};

} // namespace maque::http
