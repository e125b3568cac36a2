#include "actors/operator_service.hpp"

#include "actors/wechat_report.hpp"
#include "config/live_settings.hpp"
#include "domain/limits.hpp"
#include "http/admin_routes.hpp"
#include "security/operator_token.hpp"

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

} // namespace

operator_service::operator_service(operator_parts parts, std::string address)
    : parts_{parts}, room_{limits::operator_connections}, gate_{[this] {
        http::admin_gate_options made;
        const secret& given = parts_.options.settings.admin.token;
        made.token = given.empty() ? secret{security::make_operator_secret()} : given;
        if (parts_.simulator == nullptr) return made;
        made.local_prefix = wechat_simulator::control::prefix;
        made.serve_local = [this](const http::exchange_ptr& asked) { simulator_->serve(asked); };
        return made;
      }()} {
  desk_.metrics = [this] { return render_metrics(shown_); };
  desk_.reports = reports();
  desk_.check_setting = [](const std::string& key, const std::string& json) -> result<void> {
    const auto wrong = config::check_live_value(key, json);
    return wrong ? fail(errc::config_value_invalid, *wrong) : result<void>{};
  };
  desk_.plan_log_level = [this](const std::string& level, const auto& module) {
    return parts_.live.plan_log_level(level, module);
  };
  blueprint_ = blueprint(std::move(address));
  lane_ = std::make_unique<lane_runtime>(parts_.system, parts_.index, blueprint_, parts_.clock,
                                         parts_.log);
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

lane_blueprint operator_service::blueprint(std::string address) {
  lane_blueprint made = parts_.lanes;
  made.database.policy = operator_pool(made.database.policy);
  made.front.live.cors = http::cors_policy::off;
  made.front.routes = http::admin_routes(desk_);
  made.front.gate = &gate_;
  made.front.desk = &desk_;
  made.listener.host = std::move(address);
  made.listener.port = parts_.options.settings.admin.port;
  made.listener.room = &room_;
  return made;
}

std::vector<http::admin_report> operator_service::reports() {
  return {
      {"/admin/settings",
       [this](const http::exchange&) -> result<nlohmann::json> { return parts_.live.report(); }},
      {"/admin/wechat",
       [this](const http::exchange&) -> result<nlohmann::json> {
         return make_wechat_report(parts_.wechat, parts_.clock.now());
       }},
  };
}

void operator_service::start(metric_sources shown) {
  shown_ = std::move(shown);
  lane_->add_to(shown_);
  lane_->run_thread("operator");
  lane_->start_listening();
}

void operator_service::end() {
  lane_->close_connections();
  lane_->join();
}

} // namespace maque
