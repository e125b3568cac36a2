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

deadline_watchdog::deadline_watchdog() : thread_{[this] { run(); }} {}

deadline_watchdog::~deadline_watchdog() {
  {
    const std::scoped_lock lock{mutex_};
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void deadline_watchdog::run() {
  std::unique_lock lock{mutex_};
  while (!stopping_) {
    end_overdue_calls();
    looks_at_ = calls_.empty() ? steady_time::max() : calls_.begin()->first;
    // A copy: the wait unlocks, and arm() may change the original.
    if (const steady_time next = looks_at_; next == steady_time::max()) {
      changed_.wait(lock);
    } else {
      changed_.wait_until(lock, next);
    }
  }
}

void deadline_watchdog::end_overdue_calls() {
  const steady_time now = std::chrono::steady_clock::now();
  while (!calls_.empty() && calls_.begin()->first <= now) {
    auto entry = calls_.extract(calls_.begin());
    call_watchdog& late = *entry.mapped();
    late.expired_ = true;
    if (late.socket_ >= 0) shutdown(late.socket_, SHUT_RDWR);
    entry.key() = now + insistence;
    late.place_ = calls_.insert(std::move(entry));
  }
}

call_watchdog::call_watchdog(std::shared_ptr<deadline_watchdog> thread)
    : thread_{std::move(thread)}, place_{thread_->calls_.end()} {
  deadline_watchdog::schedule made;
  made.emplace(steady_time{}, this);
  entry_ = made.extract(made.begin());
}

call_watchdog::~call_watchdog() {
  disarm();
  close_socket();
}

void call_watchdog::arm(steady_time deadline) {
  {
    const std::scoped_lock lock{thread_->mutex_};
    take_off_schedule();
    expired_ = false;
    entry_.key() = deadline;
    // The hint saves the search: mostly all have the same timeout, so that the last to begin is
    // the last to be due.
    place_ = thread_->calls_.insert(thread_->calls_.end(), std::move(entry_));
    if (deadline >= thread_->looks_at_) return;
    thread_->looks_at_ = deadline;
  }
  thread_->changed_.notify_one();
}

void call_watchdog::watch(int socket) {
  const std::scoped_lock lock{thread_->mutex_};
  close_socket();
  socket_ = fcntl(socket, F_DUPFD_CLOEXEC, 0);
}

bool call_watchdog::disarm() {
  const std::scoped_lock lock{thread_->mutex_};
  take_off_schedule();
  return std::exchange(expired_, false);
}

void call_watchdog::take_off_schedule() {
  if (place_ == thread_->calls_.end()) return;
  entry_ = thread_->calls_.extract(place_);
  place_ = thread_->calls_.end();
}

void call_watchdog::close_socket() noexcept {
  if (socket_ >= 0) close(std::exchange(socket_, -1));
}

} // namespace maque::wechat
