#pragma once

#include "wechat_simulator/answer.hpp"
#include "wechat_simulator/push_sender.hpp"
#include "wechat_simulator/simulator.hpp"

#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace maque::wechat_simulator {

/// The program's control over HTTP, under "/simulator/": what the simulator does and has seen, read
/// and changed by a test or by hand. JSON in, JSON out; 400 with {"error":…} for what makes no
/// sense. docs/wechat-simulator.md has all of it.
class control {
public:
  static constexpr std::string_view prefix = "/simulator/";
  static constexpr std::string_view push_path = "/simulator/push";

  /// @param engine has to outlive the control.
  explicit control(simulator& engine) : engine_{engine} {}
  /// Waits for the pushes that are under way, after it has broken them off.
  ~control();
  control(const control&) = delete;
  control& operator=(const control&) = delete;

  /// Answers at once; not for push_path.
  answer handle(std::string_view method, std::string_view target, std::string_view body);

  /// POST /simulator/push: sends a push, and calls `then`, in another thread, with what came back.
  void push(std::string body, std::function<void(answer)> then);

private:
  static constexpr std::size_t push_threads = 8;
  static constexpr int pushes_waiting = 256;

  simulator& engine_;
  push_sender sender_;
  std::atomic<int> pushes_{0};
  boost::asio::thread_pool threads_{push_threads};
};

} // namespace maque::wechat_simulator
