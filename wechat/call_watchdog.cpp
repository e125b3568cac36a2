#include "wechat/call_watchdog.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace maque::wechat {
namespace {

/// A call whose time is over may still open its next socket (a host with several addresses): each
/// is shut down in turn, at this interval, until the call gives up.
constexpr std::chrono::milliseconds insistence{10};

} // namespace

call_watchdog::call_watchdog() : thread_{[this] { run(); }} {}

call_watchdog::~call_watchdog() {
  {
    const std::scoped_lock lock{mutex_};
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
  close_socket();
}

void call_watchdog::arm(steady_time deadline) {
  {
    const std::scoped_lock lock{mutex_};
    deadline_ = deadline;
    expired_ = false;
  }
  changed_.notify_one();
}

void call_watchdog::watch(int socket) {
  const std::scoped_lock lock{mutex_};
  close_socket();
  socket_ = fcntl(socket, F_DUPFD_CLOEXEC, 0);
}

bool call_watchdog::disarm() {
  const std::scoped_lock lock{mutex_};
  deadline_.reset();
  return std::exchange(expired_, false);
}

void call_watchdog::run() {
  std::unique_lock lock{mutex_};
  while (!stopping_) {
    if (!deadline_) {
      changed_.wait(lock);
    } else if (std::chrono::steady_clock::now() < *deadline_) {
      // A copy: the wait unlocks, and disarm() may take the original away.
      const steady_time due = *deadline_;
      changed_.wait_until(lock, due);
    } else {
      expired_ = true;
      if (socket_ >= 0) shutdown(socket_, SHUT_RDWR);
      changed_.wait_for(lock, insistence);
    }
  }
}

void call_watchdog::close_socket() noexcept {
  if (socket_ >= 0) close(std::exchange(socket_, -1));
}

} // namespace maque::wechat
