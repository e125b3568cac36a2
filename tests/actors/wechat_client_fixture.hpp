#pragma once

#include "actors/wechat_client.hpp"
#include "scripted_actor.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace maque::test {

using scripted_wechat_worker =
    scripted<wechat_worker_actor, on_request<wechat_call_done, wechat_call>>;
using scripted_owner =
    scripted<access_token_actor, on_request<access_token_found, find_access_token>,
             on_request<access_token_found, replace_access_token>>;

/// A client for the apps wx1 and wx2 with scripted workers and scripted owners of the tokens.
class WeChatClientTest : public testing::Test {
protected:
  // Before its workers, which it would replace.
  ~WeChatClientTest() override { end(); }

  /// @param workers as many as a policy may start.
  void start(wechat_policy policy) {
    for (std::uint32_t place = 0; place < policy.max_workers; ++place)
      workers.push_back(std::make_unique<scripted_wechat_worker>(world));
    client = world.keep(spawn_coordinator<wechat_client_service, wechat_client_state>(
        world.system, meter, apps, policy, std::ref(shown), std::ref(world.log),
        wechat_client_state::worker_starter{[this](std::uint32_t place) {
          ++started;
          return workers.at(place)->handle();
        }},
        wechat_client_state::owner_starter{[this](std::size_t app, const wechat_client_actor&) {
          return owners.at(app)->handle();
        }}));
    // It runs when it is scheduled first.
    await([&] { return shown.workers == policy.workers; }, "the workers are not started");
  }
  void start(std::uint32_t workers_wanted) {
    wechat_policy policy;
    policy.workers = policy.max_workers = workers_wanted;
    start(policy);
  }
  void end() {
    if (client) world.end(caf::actor_cast<caf::actor>(std::exchange(client, {})));
  }

  pending_reply<code_exchanged> exchange(std::string code, request_context context = in_time(),
                                         std::string appid = "wx1") {
    return world.ask<code_exchanged>(client, context,
                                     exchange_code{std::move(appid), std::move(code)});
  }
  pending_reply<quota> ask_quota(std::string appid = "wx1") {
    return world.ask<quota>(client, in_time(), find_quota{std::move(appid), "/wxa/x"});
  }

  static wechat::call_outcome known_as(std::string openid) {
    code_exchanged known;
    known.openid = std::move(openid);
    return {wechat_outcome{std::move(known)}};
  }
  static wechat::call_outcome failure(errc code, wechat::endpoint_health health) {
    return {maque::fail(code), health};
  }
  static wechat::call_outcome refusal_of_token() {
    return {maque::fail(errc::wechat_unavailable), wechat::endpoint_health::good, true};
  }

  asked<wechat_call> await_call(std::size_t place = 0) {
    return workers.at(place)->await<wechat_call>();
  }
  void answer(const asked<wechat_call>& question, wechat::call_outcome outcome,
              std::size_t place = 0) {
    workers.at(place)->answer(question, wechat_call_done{std::move(outcome), {}});
  }
  /// Answers the next call of a worker, and returns it.
  wechat_call serve(wechat::call_outcome outcome, std::size_t place = 0) {
    const auto question = await_call(place);
    answer(question, std::move(outcome), place);
    return question.request;
  }
  static std::string code_in(const wechat_call& made) {
    return std::get<exchange_code>(*made.order).code;
  }
  std::size_t calls(std::size_t place = 0) {
    world.settle(meter);
    return workers.at(place)->count<wechat_call>();
  }
  /// Lets code2session of wx1 fail until its breaker opens.
  void open_breaker() {
    for (std::uint32_t each = 0; each < circuit_breaker::policy{}.failures_in_a_row; ++each) {
      auto failed = exchange("code");
      serve(failure(errc::wechat_unavailable, wechat::endpoint_health::bad));
      EXPECT_EQ(code_of(failed), errc::wechat_unavailable);
    }
  }

  actor_world world;
  actor_meter& meter = world.add_meter();
  std::shared_ptr<const wechat_apps> apps = std::make_shared<const wechat_apps>(
      std::vector<wechat_app>{{"wx1", secret{"s1"}}, {"wx2", secret{"s2"}}});
  wechat_meter shown{{"wx1", "wx2"}};
  std::vector<std::unique_ptr<scripted_wechat_worker>> workers;
  std::vector<std::unique_ptr<scripted_owner>> owners = [this] {
    std::vector<std::unique_ptr<scripted_owner>> made;
    for (int each = 0; each < 2; ++each)
      made.push_back(std::make_unique<scripted_owner>(world));
    return made;
  }();
  std::atomic<int> started = 0; ///< Workers.
  wechat_client_service client;
};

} // namespace maque::test
