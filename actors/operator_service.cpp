#include "actors/operator_service.hpp"

#include "actors/wechat_report.hpp"
#include "domain/limits.hpp"
#include "http/admin_routes.hpp"

#include <boost/asio/post.hpp>
#include <nlohmann/json.hpp>

#include <initializer_list>
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

result<security::operator_token> operator_token_of(const config::settings& settings) {
  const auto& admin = settings.admin;
  if (!admin.token.empty()) return security::operator_token{admin.token, false};
  return security::load_or_make_operator_token(admin.token_file);
}

operator_service::operator_service(operator_parts parts, std::string address)
    : parts_{std::move(parts)}, room_{limits::operator_connections}, gate_{gate_options()},
      events_{[this] { return sample(); }, gate_.sessions()} {
  desk_.gate = &gate_;
  desk_.events = &events_;
  desk_.samples = samples();
  desk_.session_idle = parts_.lanes.tokens.policy.idle_ttl;
  desk_.session_counters = [this] { return session_counters(); };
  desk_.metrics = [this] { return render_metrics(shown_); };
  desk_.reports = reports();
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
  made.front.cors = http::cors_policy::off;
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
      {"/admin/wechat",
       [this](const http::exchange&) -> result<nlohmann::json> {
         return make_wechat_report(parts_.wechat, parts_.clock.now());
       }},
  };
}

std::vector<http::sampled_part> operator_service::samples() {
  return {
      {"wechat", [this] { return make_wechat_report(parts_.wechat, parts_.clock.now()); }},
      {"sessions", [this] { return session_counters(); }},
  };
}

nlohmann::json operator_service::session_counters() const {
  using enum security_event;
  const auto sum = [this](std::initializer_list<security_event> events) {
    std::uint64_t total = 0;
    for (const security_log* lane : shown_.security)
      for (const security_event each : events)
        total += lane->count(each);
    return total;
  };
  return {{"opened",
           sum({login_succeeded_wechat, login_succeeded_password, login_succeeded_registration})},
          {"refreshed", sum({session_refreshed})},
          {"ended", sum({session_ended_logout, session_ended_by_owner, session_ended_by_operator,
                         session_ended_limit, session_ended_password, session_ended_elsewhere})},
          {"reuse_detected", sum({session_reuse_detected})}};
}

std::string operator_service::sample() const {
  nlohmann::json made{{"at", to_rfc3339(parts_.clock.now())}};
  for (const http::sampled_part& part : desk_.samples)
    made[part.name] = part.read();
  return made.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void operator_service::start(metric_sources shown) {
  shown_ = std::move(shown);
  lane_->add_to(shown_);
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
