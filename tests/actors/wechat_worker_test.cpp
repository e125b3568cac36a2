#include "wechat_client_fixture.hpp"

#include <atomic>
#include <csignal>
#include <stdexcept>

namespace maque {
namespace {

using namespace test;

bool is_sigpipe_blocked() {
  sigset_t mask;
  pthread_sigmask(SIG_BLOCK, nullptr, &mask);
  return sigismember(&mask, SIGPIPE) == 1;
}

/// A way to WeChat on which the code "throw" is a bug.
class faulty_transport final : public wechat::transport {
public:
  explicit faulty_transport(std::atomic<bool>& sigpipe_was_blocked)
      : sigpipe_was_blocked_{sigpipe_was_blocked} {}

  result<wechat::reply> get(const std::string& target, steady_time) override {
    sigpipe_was_blocked_ = is_sigpipe_blocked();
    if (target.find("js_code=throw") != std::string::npos) throw std::logic_error{"a bug"};
    return wechat::reply{200, "text/plain",
                         R"({"openid":"openid","session_key":"tiihtNczf5v6AKRyjwEUhQ=="})"};
  }
  result<wechat::reply> post(const std::string&, const std::string&, steady_time) override {
    return fail(errc::internal);
  }

private:
  std::atomic<bool>& sigpipe_was_blocked_;
};

/// A client with one real worker at a time.
class WeChatWorkers : public WeChatClientTest {
protected:
  void start_real(backoff::policy pauses, int without_thread = 0) {
    wechat_policy policy;
    policy.workers = policy.max_workers = 1;
    policy.pauses = pauses;
    client = world.keep(spawn_coordinator<wechat_client_service, wechat_client_state>(
        world.system, meter, apps, policy, std::ref(shown), std::ref(world.log),
        wechat_client_state::worker_starter{[this, without_thread](std::uint32_t) {
          if (starts++ < without_thread) throw std::runtime_error{"no thread"};
          return spawn_detached<wechat_worker_actor, wechat_worker_state>(
              world.system, world.add_meter(), transport_factory{[this] {
                return std::make_unique<faulty_transport>(sigpipe_was_blocked);
              }});
        }},
        wechat_client_state::owner_starter{[this](std::size_t app, const wechat_client_actor&) {
          return owners.at(app)->handle();
        }}));
  }

  static constexpr backoff::policy short_pauses{std::chrono::milliseconds{1},
                                                std::chrono::milliseconds{1}};
  std::atomic<int> starts = 0;
  std::atomic<bool> sigpipe_was_blocked = false; ///< During the last call.
};

TEST_F(WeChatWorkers, AreReplacedWhenTheyDieAndTheirCallIsAnswered) {
  start_real(short_pauses);
  auto lost = exchange("throw");
  auto waiting = exchange("good");
  EXPECT_EQ(code_of(lost), errc::internal);
  EXPECT_EQ(value_of(waiting).openid, "openid");
  EXPECT_EQ(starts, 2);
}

TEST_F(WeChatWorkers, AreStartedLaterIfTheSystemHasNoThread) {
  start_real(short_pauses, 3);
  auto waiting = exchange("good");
  EXPECT_EQ(value_of(waiting).openid, "openid");
  EXPECT_EQ(starts, 4);
}

TEST_F(WeChatWorkers, HaveSigpipeBlockedOnTheirOwnThreadsOnly) {
  start_real(short_pauses);
  auto answer = exchange("good");
  EXPECT_EQ(value_of(answer).openid, "openid");
  EXPECT_TRUE(sigpipe_was_blocked);
  EXPECT_FALSE(is_sigpipe_blocked());
}

TEST_F(WeChatWorkers, AreReplacedAfterAPause) {
  start_real({std::chrono::milliseconds{200}, std::chrono::milliseconds{200}});
  const auto begin = std::chrono::steady_clock::now();
  auto lost = exchange("throw");
  auto waiting = exchange("good");
  EXPECT_EQ(code_of(lost), errc::internal);
  EXPECT_EQ(value_of(waiting).openid, "openid");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds{100});
}

} // namespace
} // namespace maque
