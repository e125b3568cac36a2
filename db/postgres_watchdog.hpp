#pragma once

#include "domain/time.hpp"

#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

namespace maque::db {

/// Shuts sockets down on which a server has been silent for too long. libpq waits for a reply
/// without a limit, and the server's own statement_timeout is of no use when the server doesn't run
/// at all. One thread for all connections; it sleeps while replies come in time. Thread-safe.
class postgres_watchdog {
public:
  postgres_watchdog() = default;
  ~postgres_watchdog();
  postgres_watchdog(const postgres_watchdog&) = delete;
  postgres_watchdog& operator=(const postgres_watchdog&) = delete;

private:
  struct watch {
    steady_time deadline;
    int socket;
    bool* expired;
  };
  using watches = std::list<watch>;

public:
  /// While one of these lives, `socket` is shut down at `deadline`; whoever waits for it then sees
  /// the end of the stream.
  class guard {
  public:
    /// @param socket  must stay open as long as this lives.
    /// @param expired becomes true when the socket is shut down.
    guard(postgres_watchdog& watchdog, int socket, steady_time deadline, bool& expired);
    ~guard();
    guard(const guard&) = delete;
    guard& operator=(const guard&) = delete;

  private:
    postgres_watchdog& watchdog_;
    watches::iterator place_;
  };

private:
  void run();
  void shut_down_expired(steady_time now);
  steady_time next_deadline() const;

  std::mutex mutex_;
  std::condition_variable changed_;
  watches watched_;
  /// Until when the thread sleeps. Deadlines of one length mostly come in order, so that it is
  /// hardly ever woken for a new one.
  steady_time sleeps_until_ = steady_time::max();
  bool stopping_ = false;
  std::thread thread_; ///< Starts with the first guard.
};

} // namespace maque::db
