#pragma once

#include "domain/time.hpp"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace maque::wechat {

/// Ends a blocking call that outlives its deadline. httplib's timeouts are per operation: a peer
/// that drips its handshake, its header or its body byte by byte renews them for ever. The watchdog
/// shuts the call's socket down from a thread of its own, and whatever waits on it returns.
///
/// One call at a time.
class call_watchdog {
public:
  call_watchdog();
  ~call_watchdog();
  call_watchdog(const call_watchdog&) = delete;
  call_watchdog& operator=(const call_watchdog&) = delete;

  /// A call begins. It uses the socket that was watched last, if that is still open.
  void arm(steady_time deadline);
  /// The call uses this socket from now on.
  void watch(int socket);
  /// The call is over. True if it was the watchdog who ended it.
  bool disarm();

private:
  void run();
  void close_socket() noexcept;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<steady_time> deadline_;
  bool expired_ = false;
  bool stopping_ = false;
  /// A duplicate: it stays valid, and means the same connection, when httplib has closed its own
  /// and another thread got that number for something else.
  int socket_ = -1;
  std::thread thread_;
};

} // namespace maque::wechat
