#include "actors/access_token.hpp"
#include "scripted_actor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace maque {
namespace {

using namespace test;
using namespace std::chrono_literals;

TEST(RefreshBudget, AllowsOneEveryThirtySecondsAndTwentyADay) {
  refresh_budget budget;
  utc_time now{};
  now += 1h;
  const utc_time first = now;
  for (int each = 0; each < 20; ++each) {
    EXPECT_EQ(budget.wait(now), 0s) << each;
    budget.spend(now);
    EXPECT_EQ(budget.wait(now + 1s), each < 19 ? 29s : 24h - (now + 1s - first)) << each;
    now += 30s;
  }
  EXPECT_EQ(budget.wait(first + 24h - 1s), 1s);
  EXPECT_EQ(budget.wait(first + 24h), 0s);
}

/// The owner of one token, in front of a client whose answers the tests give.
class WeChatAccessToken : public testing::Test {
protected:
  ~WeChatAccessToken() override { world.end(caf::actor_cast<caf::actor>(owner)); }

  pending_reply<access_token_found> find() {
    return world.ask<access_token_found>(owner, in_time(), find_access_token{});
  }
  pending_reply<access_token_found> replace(const std::string& failed) {
    return world.ask<access_token_found>(owner, in_time(), replace_access_token{secret{failed}});
  }
  /// Answers the next fetch.
  fetch_access_token give(const std::string& token, std::chrono::seconds expires_in = 7200s) {
    return wechat.serve<fetch_access_token>(access_token_fetched{secret{token}, expires_in});
  }
  static std::string text_of(pending_reply<access_token_found>& pending) {
    return value_of(pending).token.reveal();
  }
  void take_first() {
    auto first = find();
    give("first");
    ASSERT_EQ(text_of(first), "first");
  }
  std::size_t fetches() {
    world.settle(meter);
    return wechat.count<fetch_access_token>();
  }

  actor_world world;
  scripted_wechat wechat{world};
  wechat_meter shown{{"wx1"}};
  actor_meter& meter = world.add_meter();
  access_token_service owner =
      world.keep(spawn_coordinator<access_token_service, access_token_state>(
          world.system, meter, access_token_state::options{"wx1", 5s, {100'000ms, 100'000ms}},
          wechat_client_actor{wechat.handle()}, std::ref(world.clock), std::ref(shown.app(0)),
          std::ref(world.log)));
};

TEST_F(WeChatAccessToken, IsFetchedOnceForAThousandCallersAtAColdStart) {
  std::vector<pending_reply<access_token_found>> callers;
  for (int each = 0; each < 1'000; ++each)
    callers.push_back(find());
  world.settle(meter);
  const auto asked = give("token");
  EXPECT_EQ(asked.appid, "wx1");
  EXPECT_FALSE(asked.force);
  for (auto& each : callers)
    EXPECT_EQ(text_of(each), "token");
  EXPECT_EQ(fetches(), 1U);
}

TEST_F(WeChatAccessToken, IsGivenWithoutAFetchUntilItExpires) {
  take_first();
  world.clock.advance(7199s);
  auto again = find();
  EXPECT_EQ(text_of(again), "first");
  EXPECT_EQ(fetches(), 1U);
  world.clock.advance(1s);
  auto late = find();
  give("second");
  EXPECT_EQ(text_of(late), "second");
}

TEST_F(WeChatAccessToken, IsRenewedBeforeItExpiresIfItIsInUse) {
  take_first();
  world.clock.advance(6901s);
  caf::anon_send(owner, renew_access_token{1});
  const auto renewing = wechat.await<fetch_access_token>();
  EXPECT_FALSE(renewing.request.force);
  auto meanwhile = find();
  EXPECT_EQ(text_of(meanwhile), "first") << "nobody waits for the renewal";
  wechat.answer(renewing, access_token_fetched{secret{"second"}, 7200s});
  world.settle(meter);
  auto afterwards = find();
  EXPECT_EQ(text_of(afterwards), "second");
}

TEST_F(WeChatAccessToken, IsNotRenewedForNobodyOrForAnOlderOne) {
  take_first();
  caf::anon_send(owner, renew_access_token{0});
  EXPECT_EQ(fetches(), 1U) << "it was another token's turn";
  caf::anon_send(owner, renew_access_token{1});
  give("second");
  world.settle(meter);
  caf::anon_send(owner, renew_access_token{2});
  EXPECT_EQ(fetches(), 2U) << "nobody has used the second";
}

TEST_F(WeChatAccessToken, IsDroppedOnlyIfItIsTheOneThatFailed) {
  take_first();
  auto replaced = replace("first");
  EXPECT_FALSE(give("second").force) << "normal mode may know a newer one";
  EXPECT_EQ(text_of(replaced), "second");
  auto late = replace("first");
  EXPECT_EQ(text_of(late), "second");
  EXPECT_EQ(fetches(), 2U);
}

TEST_F(WeChatAccessToken, IsForcedOnceIfWeChatGivesTheRefusedOneAgain) {
  take_first();
  std::vector<pending_reply<access_token_found>> callers;
  for (int each = 0; each < 100; ++each)
    callers.push_back(replace("first"));
  EXPECT_FALSE(give("first").force);
  EXPECT_TRUE(give("second").force);
  for (auto& each : callers)
    EXPECT_EQ(text_of(each), "second");
  EXPECT_EQ(fetches(), 3U);
  EXPECT_EQ(shown.app(0).tokens_forced, 1U);
  EXPECT_EQ(shown.app(0).tokens_fetched, 3U);
}

TEST_F(WeChatAccessToken, IsNotForcedBeyondWhatWeChatAllows) {
  take_first();
  auto forced = replace("first");
  give("first");
  give("second");
  EXPECT_EQ(text_of(forced), "second");
  auto too_soon = replace("second");
  give("second");
  const auto refused = outcome_of(too_soon);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::wechat_unavailable);
  EXPECT_EQ(refused.error().retry_after, 30s);
  // Nor is WeChat asked again meanwhile.
  auto again = replace("second");
  EXPECT_EQ(code_of(again), errc::wechat_unavailable);
  EXPECT_EQ(fetches(), 4U);
  world.clock.advance(30s);
  auto later = replace("second");
  EXPECT_TRUE(give("third").force);
  EXPECT_EQ(text_of(later), "third");
}

TEST_F(WeChatAccessToken, StaysWithTheOthersIfOneEndpointRefusesWhatWeChatCallsCurrent) {
  take_first();
  auto forced = replace("first");
  give("first");
  const auto forcing = wechat.await<fetch_access_token>();
  auto meanwhile = find();
  EXPECT_EQ(text_of(meanwhile), "first");
  wechat.answer(forcing, access_token_fetched{secret{"second"}, 7200s});
  EXPECT_EQ(text_of(forced), "second");
  auto refused = replace("second");
  give("second");
  EXPECT_EQ(code_of(refused), errc::wechat_unavailable);
  auto other = find();
  EXPECT_EQ(text_of(other), "second");
  EXPECT_EQ(fetches(), 4U);
}

TEST_F(WeChatAccessToken, StaysInUseWhenAForcedRefreshFails) {
  take_first();
  auto forced = replace("first");
  give("first");
  wechat.fail(wechat.await<fetch_access_token>(), errc::too_many_requests);
  EXPECT_EQ(code_of(forced), errc::wechat_unavailable) << "the limit is not the caller's";
  auto other = find();
  EXPECT_EQ(text_of(other), "first");
}

TEST_F(WeChatAccessToken, RefusesForAWhileAfterAFailedFetch) {
  auto first = find();
  wechat.fail(wechat.await<fetch_access_token>(), errc::wechat_rejected_us);
  EXPECT_EQ(code_of(first), errc::wechat_rejected_us);
  auto second = find();
  EXPECT_EQ(code_of(second), errc::wechat_rejected_us);
  EXPECT_EQ(fetches(), 1U);
  world.clock.advance(100s);
  auto third = find();
  give("token");
  EXPECT_EQ(text_of(third), "token");
}

TEST_F(WeChatAccessToken, StaysInUseWhenItsRenewalFails) {
  take_first();
  caf::anon_send(owner, renew_access_token{1});
  wechat.fail(wechat.await<fetch_access_token>(), errc::wechat_unavailable);
  world.settle(meter);
  auto found = find();
  EXPECT_EQ(text_of(found), "first");
}

TEST_F(WeChatAccessToken, AnswersWhoWaitsWhenItsOwnerEnds) {
  auto waiting = find();
  world.settle(meter);
  world.end(caf::actor_cast<caf::actor>(owner));
  EXPECT_EQ(code_of(waiting), errc::internal);
}

TEST_F(WeChatAccessToken, IsNeverLogged_ASVS_16_2_5) {
  take_first();
  auto replaced = replace("first");
  give("first");
  give("secret-token");
  text_of(replaced);
  EXPECT_THAT(world.logged(), testing::HasSubstr("forced"));
  EXPECT_THAT(world.logged(), testing::Not(testing::HasSubstr("secret-token")));
}

} // namespace
} // namespace maque
