#pragma once

#include "actors/operator_lane.hpp"
#include "wechat_simulator/control.hpp"

#include <cstdint>
#include <map>

namespace maque {

/// The control of the simulator inside of the server, on the operator's listener: what the
/// simulator's program serves under /simulator/ (docs/wechat-simulator.md).
class simulator_control {
public:
  /// @param engine has to outlive it.
  explicit simulator_control(wechat_simulator::simulator& engine) : control_{engine} {}

  /// What the operator's lane serves by it, which is to be ended before this is destroyed, and
  /// destroyed after it.
  operator_lane::subtree pages();

private:
  void serve(operator_lane& lane, const http::exchange_ptr& asked);
  void finish(std::uint64_t number, wechat::reply came);

  /// Pushes whose outcome is waited for, by number; the lane's alone, as exchanges are.
  std::map<std::uint64_t, http::exchange_ptr> waiting_;
  std::uint64_t pushes_ = 0;
  wechat_simulator::control control_; ///< Ends first: it may still call back.
};

} // namespace maque
