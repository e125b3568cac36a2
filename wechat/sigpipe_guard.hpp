#pragma once

#include <csignal>

namespace maque::wechat {

/// While it lives, a write to a closed connection on this thread is an error instead of the signal
/// that ends the process. httplib needs it: neither its send() nor OpenSSL's write passes
/// MSG_NOSIGNAL. What the rest of the process does with SIGPIPE is not touched.
class sigpipe_guard {
public:
  sigpipe_guard() noexcept;
  /// Takes back a signal that was raised meanwhile, then lets signals through as before.
  ~sigpipe_guard();
  sigpipe_guard(const sigpipe_guard&) = delete;
  sigpipe_guard& operator=(const sigpipe_guard&) = delete;

private:
  sigset_t before_{};
  bool was_pending_ = false;
};

} // namespace maque::wechat
