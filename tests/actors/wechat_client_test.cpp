#include "actors/wechat_client.hpp"
#include "domain/limits.hpp"
#include "scripted_actor.hpp"

#include <gtest/gtest.h>

#include <atomic>

namespace maque {
namespace {

using namespace test;

using scripted_worker = scripted<wechat_worker_actor, on_request<code_exchanged, exchange_code>>;

/// A client in front of one scripted worker.
class WeChatClient : public testing::Test {
protected:
  // Before its worker, which it would replace.
  ~WeChatClient() override { world.end(caf::actor_cast<caf::actor>(client)); }

  pending_reply<code_exchanged> exchange(std::string code, request_context context = in_time()) {
    return world.ask<code_exchanged>(client, context, exchange_code{std::move(code)});
  }

  static code_exchanged known_as(std::string openid) {
    code_exchanged known;
    known.openid = std::move(openid);
    return known;
  }

  actor_world world;
  actor_meter& meter = world.add_meter();
  scripted_worker worker{world};
  wechat_client_actor client =
      world.keep(spawn_coordinator<wechat_client_service, wechat_client_state>(
          world.system, meter, 1U,
          wechat_client_state::worker_starter{[this](std::uint32_t) { return worker.handle(); }}));
};

TEST_F(WeChatClient, GivesAWorkerOneCallAtATimeInOrder) {
  std::vector<pending_reply<code_exchanged>> calls;
  for (const char* const code : {"a", "b", "c"})
    calls.push_back(exchange(code));
  world.settle(meter);
  EXPECT_EQ(worker.count<exchange_code>(), 1U);
  for (const std::string code : {"a", "b", "c"})
    EXPECT_EQ(worker.serve<exchange_code>(known_as("openid of " + code)).code, code);
  EXPECT_EQ(value_of(calls[0]).openid, "openid of a");
  EXPECT_EQ(value_of(calls[1]).openid, "openid of b");
  EXPECT_EQ(value_of(calls[2]).openid, "openid of c");
}

TEST_F(WeChatClient, UsesAWorkerAgainAfterARefusedCode) {
  auto refused = exchange("bad");
  worker.fail(worker.await<exchange_code>(), errc::invalid_code);
  EXPECT_EQ(code_of(refused), errc::invalid_code);
  auto accepted = exchange("good");
  worker.serve<exchange_code>(known_as("openid"));
  EXPECT_EQ(value_of(accepted).openid, "openid");
}

TEST_F(WeChatClient, NeverMakesACallThatHasWaitedTooLong) {
  auto first = exchange("first");
  const auto under_way = worker.await<exchange_code>();
  auto late = exchange("late", overdue());
  auto timely = exchange("timely");
  world.settle(meter);
  worker.answer(under_way, known_as("first"));
  EXPECT_EQ(code_of(late), errc::deadline_exceeded);
  EXPECT_EQ(worker.serve<exchange_code>(known_as("timely")).code, "timely");
  EXPECT_EQ(value_of(timely).openid, "timely");
}

TEST_F(WeChatClient, RefusesAtOnceWhatItHasNoRoomFor_ASVS_15_4_4) {
  auto first = exchange("first");
  const auto under_way = worker.await<exchange_code>();
  std::vector<pending_reply<code_exchanged>> waiting;
  for (std::size_t count = 0; count < limits::wechat_queue; ++count)
    waiting.push_back(exchange("waiting"));
  auto refused = exchange("one too many");
  EXPECT_EQ(code_of(refused), errc::overloaded);

  worker.answer(under_way, known_as("first"));
  worker.serve<exchange_code>(known_as("waiting"));
  EXPECT_EQ(value_of(waiting.front()).openid, "waiting");
}

TEST_F(WeChatClient, AnswersWhatWaitsAndWhatIsUnderWayWhenItEnds) {
  auto first = exchange("first");
  worker.await<exchange_code>();
  auto second = exchange("second");
  world.settle(meter);
  world.end(caf::actor_cast<caf::actor>(client));
  EXPECT_EQ(code_of(first), errc::internal);
  EXPECT_EQ(code_of(second), errc::internal);
}

/// A way to WeChat on which the code "throw" is a bug.
class faulty_transport final : public wechat::transport {
public:
  result<wechat::reply> get(const std::string& target, steady_time) override {
    if (target.find("js_code=throw") != std::string::npos) throw std::logic_error{"a bug"};
    return wechat::reply{200, "text/plain",
                         R"({"openid":"openid","session_key":"tiihtNczf5v6AKRyjwEUhQ=="})"};
  }
  result<wechat::reply> post(const std::string&, const std::string&, steady_time) override {
    return fail(errc::internal);
  }
};

/// A client with one real worker at a time.
class WeChatClientWithRealWorkers : public testing::Test {
protected:
  wechat_client_actor make_client(backoff::policy pauses, int without_thread = 0) {
    const auto start_worker = [this, without_thread](std::uint32_t) {
      if (started++ < without_thread) throw std::runtime_error{"no thread"};
      return spawn_detached<wechat_worker_actor, wechat_worker_state>(
          world.system, world.add_meter(), wechat::app_credentials{"wx1", secret{"s"}},
          transport_factory{[] { return std::make_unique<faulty_transport>(); }});
    };
    return world.keep(spawn_coordinator<wechat_client_service, wechat_client_state>(
        world.system, meter, 1U, wechat_client_state::worker_starter{start_worker}, pauses));
  }

  pending_reply<code_exchanged> exchange(const wechat_client_actor& client, std::string code) {
    return world.ask<code_exchanged>(client, in_time(), exchange_code{std::move(code)});
  }

  static constexpr backoff::policy short_pauses{std::chrono::milliseconds{1},
                                                std::chrono::milliseconds{1}};
  actor_world world;
  actor_meter& meter = world.add_meter();
  std::atomic<int> started = 0;
};

TEST_F(WeChatClientWithRealWorkers, ReplacesAWorkerThatDiedAndAnswersItsCall) {
  const auto client = make_client(short_pauses);
  auto lost = exchange(client, "throw");
  auto waiting = exchange(client, "good");
  EXPECT_EQ(code_of(lost), errc::internal);
  EXPECT_EQ(value_of(waiting).openid, "openid");
  EXPECT_EQ(started, 2);
}

TEST_F(WeChatClientWithRealWorkers, StartsAWorkerLaterIfTheSystemHasNoThread) {
  const auto client = make_client(short_pauses, 3);
  auto waiting = exchange(client, "good");
  EXPECT_EQ(value_of(waiting).openid, "openid");
  EXPECT_EQ(started, 4);
}

TEST_F(WeChatClientWithRealWorkers, PausesBeforeItReplacesAWorker) {
  const auto client = make_client({std::chrono::milliseconds{200}, std::chrono::milliseconds{200}});
  const auto begin = std::chrono::steady_clock::now();
  auto lost = exchange(client, "throw");
  auto waiting = exchange(client, "good");
  EXPECT_EQ(code_of(lost), errc::internal);
  EXPECT_EQ(value_of(waiting).openid, "openid");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds{100});
}

} // namespace
} // namespace maque
