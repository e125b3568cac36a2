#include "wechat/sigpipe_guard.hpp"

#include <ctime>

namespace maque::wechat {
namespace {

sigset_t only_sigpipe() noexcept {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  return set;
}

bool is_pending() noexcept {
  sigset_t pending;
  sigemptyset(&pending);
  sigpending(&pending);
  return sigismember(&pending, SIGPIPE) == 1;
}

} // namespace

// SIGPIPE is sent to the thread that wrote, so blocking it there is enough (signal(7)).
sigpipe_guard::sigpipe_guard() noexcept : was_pending_{is_pending()} {
  const sigset_t pipe = only_sigpipe();
  pthread_sigmask(SIG_BLOCK, &pipe, &before_);
}

sigpipe_guard::~sigpipe_guard() {
  if (!was_pending_ && is_pending()) {
    const sigset_t pipe = only_sigpipe();
    const timespec at_once{};
    sigtimedwait(&pipe, nullptr, &at_once);
  }
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

} // namespace maque::wechat
