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

} // namespace

// SIGPIPE is sent to the thread that wrote, so blocking it there is enough (signal(7)).
sigpipe_guard::sigpipe_guard() noexcept {
  const sigset_t pipe = only_sigpipe();
  pthread_sigmask(SIG_BLOCK, &pipe, &before_);
}

sigpipe_guard::~sigpipe_guard() {
  if (sigismember(&before_, SIGPIPE) == 1) return;
  // It wasn't blocked before, so that none was pending: what is pending now was raised meanwhile.
  const sigset_t pipe = only_sigpipe();
  const timespec at_once{};
  sigtimedwait(&pipe, nullptr, &at_once);
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void block_sigpipe() noexcept {
  const sigset_t pipe = only_sigpipe();
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
}

} // namespace maque::wechat
