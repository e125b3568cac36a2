#pragma once

#include "http/exchange.hpp"
#include "wechat_simulator/control.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <utility>

namespace maque {

/// The control of the simulator inside of the server, on the operator's listener: what the
/// simulator's program serves under /simulator/ (docs/wechat-simulator.md).
class simulator_control {
public:
  /// Runs an action in the operator lane's thread, unless that has ended. Any thread.
  using post_function = std::function<void(std::function<void()>)>;

  /// The operator's lane is to be ended before this is destroyed, and destroyed after it.
  /// @param engine has to outlive it.
  simulator_control(wechat_simulator::simulator& engine, post_function post)
      : post_{std::move(post)}, control_{engine} {}

  /// Answers what is asked under control::prefix. In the operator lane's thread.
  void serve(const http::exchange_ptr& asked);

private:
  void finish(std::uint64_t number, wechat::reply came);

  /// Pushes whose outcome is waited for, by number; the lane's alone, as exchanges are.
  std::map<std::uint64_t, http::exchange_ptr> waiting_;
  std::uint64_t pushes_ = 0;
  post_function post_;
  wechat_simulator::control control_; ///< Ends first: it may still call back.
};

} // namespace maque
