#include "wechat/sigpipe_guard.hpp"

#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace maque::wechat {
namespace {

/// Writes to a connection whose peer is gone, as httplib does: without MSG_NOSIGNAL.
void write_in_vain() {
  std::array<int, 2> ends{};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  close(ends[1]);
  EXPECT_EQ(send(ends[0], "x", 1, 0), -1);
  close(ends[0]);
}

bool is_blocked() {
  sigset_t mask;
  pthread_sigmask(SIG_BLOCK, nullptr, &mask);
  return sigismember(&mask, SIGPIPE) == 1;
}

bool is_pending() {
  sigset_t pending;
  sigpending(&pending);
  return sigismember(&pending, SIGPIPE) == 1;
}

/// On a thread of its own, whose mask is nobody else's, with SIGPIPE as deadly as it is by default.
template <class Function>
void on_a_thread(Function function) {
  const auto before = std::signal(SIGPIPE, SIG_DFL);
  std::thread{function}.join();
  std::signal(SIGPIPE, before);
}

TEST(SigpipeGuard, TurnsTheSignalIntoAnErrorAndPutsTheMaskBack) {
  on_a_thread([] {
    {
      const sigpipe_guard guard;
      write_in_vain();
    }
    EXPECT_FALSE(is_blocked());
    EXPECT_FALSE(is_pending());
  });
}

TEST(SigpipeGuard, WithinAnotherLeavesTheSignalToTheOuterOne) {
  on_a_thread([] {
    {
      const sigpipe_guard outer;
      {
        const sigpipe_guard inner;
        write_in_vain();
      }
      EXPECT_TRUE(is_blocked());
    }
    EXPECT_FALSE(is_blocked());
    EXPECT_FALSE(is_pending());
  });
}

TEST(SigpipeGuard, LeavesAThreadBlockedThatHasBlockedItForGood) {
  on_a_thread([] {
    block_sigpipe();
    {
      const sigpipe_guard guard;
      write_in_vain();
    }
    EXPECT_TRUE(is_blocked());
    write_in_vain();
  });
  EXPECT_FALSE(is_blocked()) << "another thread's mask was changed";
}

} // namespace
} // namespace maque::wechat
