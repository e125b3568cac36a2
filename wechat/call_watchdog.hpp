#pragma once

#include "domain/time.hpp"

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

namespace maque::wechat {

class call_watchdog;

/// The thread that ends calls in time, one for all call_watchdogs that share it. It sleeps until
/// the first deadline that was announced; a call that is over by then doesn't wake it, nor does one
/// that begins and has a later deadline, so that calls which go well cost it next to nothing.
class deadline_watchdog {
public:
  deadline_watchdog();
  ~deadline_watchdog();
  deadline_watchdog(const deadline_watchdog&) = delete;
  deadline_watchdog& operator=(const deadline_watchdog&) = delete;

private:
  friend class call_watchdog;
  using schedule = std::multimap<steady_time, call_watchdog*>;

  void run();
  void end_overdue_calls();

  /// Guards all that is here, and in every call_watchdog.
  std::mutex mutex_;
  std::condition_variable changed_;
  schedule calls_;
  /// When the thread looks at the schedule again, if nobody wakes it.
  steady_time looks_at_ = steady_time::max();
  bool stopping_ = false;
  std::thread thread_;
};

/// Ends a blocking call that outlives its deadline. httplib's timeouts are per operation: a peer
/// that drips its handshake, its header or its body byte by byte renews them for ever. The watchdog
/// shuts the call's socket down from another thread, and whatever waits on it returns.
///
/// One call at a time.
class call_watchdog {
public:
  explicit call_watchdog(std::shared_ptr<deadline_watchdog> thread);
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
  friend class deadline_watchdog;

  void take_off_schedule();
  void close_socket() noexcept;

  std::shared_ptr<deadline_watchdog> thread_;
  /// Where the call stands in the schedule; calls_.end() if there is no call.
  deadline_watchdog::schedule::iterator place_;
  /// What stands there: between calls it waits here, so that no call needs memory.
  deadline_watchdog::schedule::node_type entry_;
  bool expired_ = false;
  /// A duplicate: it stays valid, and means the same connection, when httplib has closed its own
  /// and another thread got that number for something else.
  int socket_ = -1;
};

} // namespace maque::wechat
