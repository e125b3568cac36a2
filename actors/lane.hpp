#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <caf/execution_unit.hpp>
#include <caf/resumable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

namespace maque {

/// One OS thread's worth of the server: an io_context, and the actors that are pinned to it. To CAF
/// it is the execution unit on which those actors run, so a message between two of them is a push
/// on a queue, and a message from elsewhere costs one post when the mailbox was empty.
class lane final : public caf::execution_unit {
public:
  using executor_type = boost::asio::io_context::executor_type;
  using sweep_function = std::function<void(std::chrono::steady_clock::time_point)>;

  /// How often the sweeps run; deadlines are met to about this.
  static constexpr std::chrono::milliseconds tick{50};
  /// Messages that one actor may take up before another one's turn.
  static constexpr std::size_t messages_a_turn = 64;

  lane(caf::actor_system& system, std::uint32_t index);
  ~lane() override;

  std::uint32_t index() const noexcept { return index_; }
  boost::asio::io_context& io() noexcept { return io_; }

  /// Serves until stop(). The thread that calls it is the lane's.
  void run();

  /// Ends run() after the handler that is running. Any thread.
  void stop();

  /// True in the thread that is in run().
  bool is_current() noexcept { return io_.get_executor().running_in_this_thread(); }

  /// Calls `sweep` once a tick, in the lane's thread, as long as the lane runs. Before run() only.
  void on_tick(sweep_function sweep) { sweeps_.push_back(std::move(sweep)); }

  /// CAF's call when the mailbox of a pinned actor stops being empty. Any thread.
  void exec_later(caf::resumable* job) override;

private:
  void drain();
  void resume(caf::resumable* job);
  void schedule_tick();

  std::uint32_t index_;
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<executor_type> work_;
  boost::asio::basic_waitable_timer<
      std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, executor_type>
      timer_;
  std::vector<sweep_function> sweeps_;
  // Actors of this lane whose mailboxes were filled from within it; drained by one posted handler.
  std::vector<caf::resumable*> ready_;
  std::vector<caf::resumable*> draining_;
  bool drain_posted_ = false;
};

} // namespace maque
