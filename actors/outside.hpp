#pragma once

#include "actors/protocol.hpp"

#include <caf/actor_system.hpp>
#include <caf/scoped_actor.hpp>

#include <condition_variable>
#include <mutex>
#include <utility>

namespace maque {

/// Counts down from several threads; wait() is bounded.
class countdown {
public:
  explicit countdown(std::size_t count) : left_{count} {}

  void arrive() {
    const std::lock_guard lock{mutex_};
    --left_;
    changed_.notify_all();
  }

  bool wait_until(steady_time deadline) {
    std::unique_lock lock{mutex_};
    return changed_.wait_until(lock, deadline, [this] { return left_ == 0; });
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t left_;
};

/// Asks an actor from a thread that is none, and waits.
template <class Reply, class Handle, class... Message>
result<Reply> request(caf::actor_system& system, const Handle& receiver,
                      std::chrono::milliseconds timeout, Message... message) {
  caf::scoped_actor self{system};
  result<Reply> outcome;
  self->request(receiver, timeout, std::move(message)...)
      .receive([&outcome](Reply& reply) { outcome = std::move(reply); },
               [&outcome](const caf::error& cause) { outcome = tl::unexpected{from_caf(cause)}; });
  return outcome;
}

} // namespace maque
