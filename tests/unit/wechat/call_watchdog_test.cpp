#include "support/patience.hpp"
#include "wechat/call_watchdog.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace maque::wechat {
namespace {

using namespace std::chrono_literals;
using maque::test::patience;

/// A connection whose peer says nothing.
class silent_connection {
public:
  silent_connection() { socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends_.data()); }
  ~silent_connection() {
    for (const int end : ends_)
      close(end);
  }
  silent_connection(const silent_connection&) = delete;
  silent_connection& operator=(const silent_connection&) = delete;

  int socket() const { return ends_[0]; }
  /// Whether it was shut down within this time.
  bool ends_within(std::chrono::milliseconds wait) const {
    pollfd waiting{ends_[0], POLLIN, 0};
    return poll(&waiting, 1, static_cast<int>(wait.count())) == 1;
  }

private:
  std::array<int, 2> ends_{-1, -1};
};

/// A call on a connection of its own.
struct watched_call {
  explicit watched_call(const std::shared_ptr<deadline_watchdog>& thread) : watchdog{thread} {
    watchdog.watch(connection.socket());
  }

  silent_connection connection;
  call_watchdog watchdog;
};

/// Long enough that a call which is over at once is over in time, on a busy machine as well.
constexpr auto ample = 1s;

steady_time in(steady_time::duration span) {
  return std::chrono::steady_clock::now() + span;
}

class CallWatchdog : public testing::Test {
protected:
  /// Lets the thread come to where it sleeps until somebody wakes it.
  void SetUp() override {
    {
      watched_call first{thread};
      first.watchdog.arm(in(0ms));
      ASSERT_TRUE(first.connection.ends_within(patience));
    }
    EXPECT_FALSE(call.connection.ends_within(30ms));
  }

  std::shared_ptr<deadline_watchdog> thread = std::make_shared<deadline_watchdog>();
  watched_call call{thread};
  watched_call other{thread};
};

TEST_F(CallWatchdog, EndsACallAtItsDeadline) {
  const steady_time due = in(50ms);
  call.watchdog.arm(due);
  EXPECT_TRUE(call.connection.ends_within(patience));
  EXPECT_GE(std::chrono::steady_clock::now(), due);
  EXPECT_TRUE(call.watchdog.disarm());
}

TEST_F(CallWatchdog, LeavesACallAloneThatWasOverBefore) {
  call.watchdog.arm(in(ample));
  EXPECT_FALSE(call.watchdog.disarm());
  EXPECT_FALSE(call.connection.ends_within(ample + 100ms));
}

TEST_F(CallWatchdog, TellsOnlyOnceThatItEndedACall) {
  call.watchdog.arm(in(0ms));
  ASSERT_TRUE(call.connection.ends_within(patience));
  EXPECT_TRUE(call.watchdog.disarm());
  EXPECT_FALSE(call.watchdog.disarm());
  call.watchdog.arm(in(patience));
  EXPECT_FALSE(call.watchdog.disarm());
}

TEST_F(CallWatchdog, GoesByTheDeadlineOfTheCurrentCall) {
  call.watchdog.arm(in(ample));
  call.watchdog.disarm();
  const steady_time due = in(ample + 150ms);
  call.watchdog.arm(due);
  EXPECT_TRUE(call.connection.ends_within(patience));
  EXPECT_GE(std::chrono::steady_clock::now(), due);
}

TEST_F(CallWatchdog, EndsACallThatBeginsWhileItWaitsForALaterDeadline) {
  call.watchdog.arm(in(patience));
  EXPECT_FALSE(call.connection.ends_within(20ms));
  other.watchdog.arm(in(30ms));
  EXPECT_TRUE(other.connection.ends_within(patience / 4));
  EXPECT_FALSE(call.connection.ends_within(0ms));
  EXPECT_FALSE(call.watchdog.disarm());
}

TEST_F(CallWatchdog, EndsACallThatBeginsAfterTheOneThatItWaitedForIsGone) {
  {
    watched_call gone{thread};
    gone.watchdog.arm(in(20ms));
  }
  call.watchdog.arm(in(60ms));
  EXPECT_TRUE(call.connection.ends_within(patience / 4));
}

TEST_F(CallWatchdog, EndsEveryConnectionThatALateCallOpens) {
  call.watchdog.arm(in(0ms));
  ASSERT_TRUE(call.connection.ends_within(patience));
  const silent_connection next;
  call.watchdog.watch(next.socket());
  EXPECT_TRUE(next.ends_within(patience));
  EXPECT_TRUE(call.watchdog.disarm());
}

TEST_F(CallWatchdog, EndsHundredsOfCallsEachAtItsOwnDeadline) {
  constexpr int count = 200;
  std::vector<std::unique_ptr<watched_call>> calls;
  std::vector<steady_time> due;
  for (int i = 0; i < count; ++i) {
    calls.push_back(std::make_unique<watched_call>(thread));
    // In an order that is neither rising nor falling; the odd ones are over in time.
    due.push_back(in(ample + (i * 37 % count) * 1ms));
    calls.back()->watchdog.arm(due.back());
  }
  for (std::size_t i = 1; i < calls.size(); i += 2)
    EXPECT_FALSE(calls[i]->watchdog.disarm()) << i;
  for (std::size_t i = 0; i < calls.size(); i += 2) {
    EXPECT_TRUE(calls[i]->connection.ends_within(patience)) << i;
    EXPECT_GE(std::chrono::steady_clock::now(), due[i]) << i;
    EXPECT_TRUE(calls[i]->watchdog.disarm()) << i;
  }
  for (std::size_t i = 1; i < calls.size(); i += 2)
    EXPECT_FALSE(calls[i]->connection.ends_within(0ms)) << i;
}

} // namespace
} // namespace maque::wechat
