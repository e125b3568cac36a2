#pragma once

#include "actors/admin_report.hpp"
#include "actors/lane_runtime.hpp"
#include "actors/live_state.hpp"
#include "actors/metrics.hpp"
#include "actors/server.hpp"
#include "actors/simulator_control.hpp"
#include "domain/places.hpp"
#include "http/admin_desk.hpp"
#include "http/admin_gate.hpp"
#include "http/event_hub.hpp"
#include "security/operator_token.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace maque {

/// What the operator's side is made from; all that is referred to outlives it.
struct operator_parts {
  caf::actor_system& system;
  std::uint32_t index; ///< Of its lane: one that no other has.
  const lane_blueprint& lanes;
  const server_options& options;
  const live_state& live;
  const wechat_meter& wechat;
  wechat_simulator::simulator* simulator; ///< Null: WeChat is not simulated.
  secret token;                           ///< What operators sign in with.
  const time_source& clock;
  log::logger& log;
};

/// What operators sign in with: admin.token, or the token in admin.token_file, which is made if it
/// is missing.
result<security::operator_token> operator_token_of(const config::settings& settings);

/// The operator's side of the server: a listener on a lane of its own, which answers while the
/// other lanes are busy, with its own few database workers.
class operator_service {
public:
  /// @param address to listen on, not a name.
  operator_service(operator_parts parts, std::string address);
  /// As end(); open connections are closed.
  ~operator_service();
  operator_service(const operator_service&) = delete;
  operator_service& operator=(const operator_service&) = delete;

  /// Takes the address. The port; fails with internal.
  result<std::uint16_t> open() { return lane_->listener().open(); }

  std::vector<start_child> children() { return lane_->operator_children(); }
  void configure(std::function<void(lane_context&)> action) { lane_->configure(std::move(action)); }
  /// Of its lane, for what is made before that runs.
  lane_context& context() noexcept { return lane_->context(); }
  void use_writer(const db::writer_actor& writer) { lane_->use_writer(writer); }

  /// Begins to serve, and shows this and itself at /metrics. When its children have been made.
  void start(metric_sources shown);
  /// Ends the streams of those who watch, so that no shutdown waits for them.
  void end_streams();
  /// Ends the thread; then nothing is served any more.
  void end();

private:
  http::admin_gate_options gate_options();
  lane_blueprint blueprint(std::string address);
  std::vector<http::admin_report> reports();
  report_sources report_parts(std::vector<lane_sources> lanes) const;

  operator_parts parts_;
  places room_;
  metric_sources shown_;
  std::unique_ptr<admin_reports> reports_;       ///< From start() on.
  std::unique_ptr<simulator_control> simulator_; ///< If WeChat is simulated.
  http::admin_desk desk_;
  http::admin_gate gate_;
  http::event_hub events_;
  lane_blueprint blueprint_;
  std::unique_ptr<lane_runtime> lane_;
};

} // namespace maque
