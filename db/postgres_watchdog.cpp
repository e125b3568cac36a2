#include "db/postgres_watchdog.hpp"

#include <algorithm>
#include <sys/socket.h>

namespace maque::db {

postgres_watchdog::~postgres_watchdog() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

postgres_watchdog::guard::guard(postgres_watchdog& watchdog, int socket, steady_time deadline,
                                bool& expired)
    : watchdog_{watchdog} {
  const std::lock_guard lock{watchdog_.mutex_};
  place_ = watchdog_.watched_.insert(watchdog_.watched_.end(), {deadline, socket, &expired});
  if (!watchdog_.thread_.joinable())
    watchdog_.thread_ = std::thread{[&watchdog] { watchdog.run(); }};
  if (deadline < watchdog_.sleeps_until_) watchdog_.changed_.notify_one();
}

postgres_watchdog::guard::~guard() {
  const std::lock_guard lock{watchdog_.mutex_};
  watchdog_.watched_.erase(place_);
}

void postgres_watchdog::run() {
  std::unique_lock lock{mutex_};
  while (!stopping_) {
    shut_down_expired(std::chrono::steady_clock::now());
    sleeps_until_ = next_deadline();
    if (sleeps_until_ == steady_time::max())
      changed_.wait(lock);
    else
      changed_.wait_until(lock, sleeps_until_);
  }
}

void postgres_watchdog::shut_down_expired(steady_time now) {
  for (watch& each : watched_) {
    if (each.deadline > now) continue;
    *each.expired = true;
    ::shutdown(each.socket, SHUT_RDWR);
    each.deadline = steady_time::max();
  }
}

steady_time postgres_watchdog::next_deadline() const {
  const auto first =
      std::min_element(watched_.begin(), watched_.end(), [](const watch& left, const watch& right) {
        return left.deadline < right.deadline;
      });
  return first == watched_.end() ? steady_time::max() : first->deadline;
}

} // namespace maque::db
