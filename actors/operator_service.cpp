#include "actors/operator_service.hpp"

#include "actors/report_routes.hpp"
#include "actors/wechat_report.hpp"
#include "config/live_settings.hpp"
#include "domain/limits.hpp"
#include "http/admin_routes.hpp"

#include <boost/asio/post.hpp>
#include <nlohmann/json.hpp>

#include <utility>

namespace maque {

namespace {

/// Few: operators are few, and what they ask for is not urgent.
db::pool_policy operator_pool(db::pool_policy lanes) {
  lanes.base_workers = 1;
  lanes.pool_workers = 1;
  lanes.max_workers = 2;
  return lanes;
}

/// Whatever was given as a text: bytes that are not UTF-8 become U+FFFD.
std::string serialised(const nlohmann::json& sample) {
  return sample.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace

result<security::operator_token> operator_token_of(const config::settings& settings) {
  const auto& admin = settings.admin;
  if (!admin.token.empty()) return security::operator_token{admin.token, false};
  return security::load_or_make_operator_token(admin.token_file);
}

operator_service::operator_service(operator_parts parts, std::string address)
    : parts_{std::move(parts)}, room_{limits::operator_connections}, gate_{gate_options()},
      events_{[this] { return serialised(reports_->sample()); }, gate_.sessions()} {
  desk_.gate = &gate_;
  desk_.events = &events_;
  desk_.session_idle = parts_.lanes.tokens.policy.idle_ttl;
  desk_.session_counters = [this] { return reports_->session_counters(); };
  desk_.metrics = [this] { return render_metrics(shown_); };
  desk_.reports = reports();
  desk_.check_setting = [](const std::string& key, const std::string& json) -> result<void> {
    const auto wrong = config::check_live_value(key, json);
    return wrong ? fail(errc::config_value_invalid, *wrong) : result<void>{};
  };
  desk_.plan_log_level = [this](const std::string& level, const auto& module,
                                const auto& published) {
    return parts_.live.plan_log_level(level, module, published);
  };
  blueprint_ = blueprint(std::move(address));
  lane_ = std::make_unique<lane_runtime>(parts_.system, parts_.index, blueprint_, parts_.clock,
                                         parts_.log);
  lane_->home().on_tick([this](steady_time) {
    gate_.look_again(lane_->handlers(), events_.sessions());
    events_.tick(parts_.clock.now());
  });
  if (parts_.simulator != nullptr)
    simulator_ = std::make_unique<simulator_control>(
        *parts_.simulator, [this](std::function<void()> action) {
          boost::asio::post(lane_->home().io(), std::move(action));
        });
}

operator_service::~operator_service() {
  end();
  // It may wait for what it has begun, and tells the lane of it.
  simulator_.reset();
}

http::admin_gate_options operator_service::gate_options() {
  const auto& admin = parts_.options.settings.admin;
  http::admin_gate_options made;
  made.token = std::move(parts_.token);
  made.sessions = {admin.session_idle, admin.session_absolute};
  made.hosts = admin.allowed_hosts;
  made.hosts.push_back(admin.host);
  if (parts_.simulator == nullptr) return made;
  made.local_prefix = wechat_simulator::control::prefix;
  made.serve_local = [this](const http::exchange_ptr& asked) { simulator_->serve(asked); };
  return made;
}

lane_blueprint operator_service::blueprint(std::string address) {
  lane_blueprint made = parts_.lanes;
  made.database.policy = operator_pool(made.database.policy);
  made.front.live.cors = http::cors_policy::off;
  // Traces are of users' requests: Prometheus would make one each time that it asks.
  made.front.tracing = {};
  made.front.routes = http::admin_routes(desk_);
  made.front.gate = &gate_;
  made.front.desk = &desk_;
  made.listener.host = std::move(address);
  made.listener.port = parts_.options.settings.admin.port;
  made.listener.room = &room_;
  return made;
}

std::vector<http::admin_report> operator_service::reports() {
  std::vector<http::admin_report> made = report_routes(reports_);
  made.push_back({"/admin/settings", [this](const http::exchange&) -> result<nlohmann::json> {
                    return parts_.live.report();
                  }});
  made.push_back({"/admin/wechat", [this](const http::exchange&) -> result<nlohmann::json> {
                    return make_wechat_report(parts_.wechat, parts_.clock.now());
                  }});
  return made;
}

report_sources operator_service::report_parts(std::vector<lane_sources> lanes) const {
  report_sources made;
  made.actors = shown_.actors;
  made.lanes = std::move(lanes);
  made.security = shown_.security;
  made.version_json = parts_.options.version_json;
  made.database_engine =
      parts_.options.settings.database.url.starts_with("sqlite") ? "sqlite" : "postgresql";
  made.database_description = shown_.database;
  made.wechat_state = parts_.lanes.front.wechat_state;
  made.log_dropped = [this] { return shown_.log->dropped_lines(); };
  made.wechat = [this] { return make_wechat_report(parts_.wechat, parts_.clock.now()); };
  made.clock = &parts_.clock;
  return made;
}

void operator_service::start(metric_sources shown) {
  shown_ = std::move(shown);
  shown_.traces = parts_.options.traces.get();
  shown_.build = build_identity_of(parts_.options.version_json);
  shown_.started = parts_.clock.now();
  // Those that serve clients.
  auto lanes = shown_.lanes;
  lane_->add_to(shown_);
  // Operators' requests, among them streams without an end, are not those of users.
  shown_.lanes.back().routes = nullptr;
  reports_ = std::make_unique<admin_reports>(report_parts(std::move(lanes)));
  lane_->run_thread("operator");
  lane_->start_listening();
}

void operator_service::end_streams() {
  boost::asio::post(lane_->home().io(), [this] { events_.close(); });
}

void operator_service::end() {
  lane_->close_connections();
  lane_->join();
}

} // namespace maque
