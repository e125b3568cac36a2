#include "domain/limits.hpp"
#include "wechat_client_fixture.hpp"

#include <gmock/gmock.h>

namespace maque {
namespace {

using namespace test;
using namespace std::chrono_literals;
using wechat::endpoint;
using wechat::endpoint_health;

class WeChatClient : public WeChatClientTest {};

TEST_F(WeChatClient, GivesAWorkerOneCallAtATimeInOrder) {
  start(1);
  std::vector<pending_reply<code_exchanged>> logins;
  for (const char* const code : {"a", "b", "c"})
    logins.push_back(exchange(code));
  EXPECT_EQ(calls(), 1U);
  for (const std::string code : {"a", "b", "c"})
    EXPECT_EQ(code_in(serve(known_as("openid of " + code))), code);
  EXPECT_EQ(value_of(logins[0]).openid, "openid of a");
  EXPECT_EQ(value_of(logins[1]).openid, "openid of b");
  EXPECT_EQ(value_of(logins[2]).openid, "openid of c");
}

TEST_F(WeChatClient, UsesAWorkerAgainAfterARefusedCode) {
  start(1);
  auto refused = exchange("bad");
  serve(failure(errc::invalid_code, endpoint_health::good));
  EXPECT_EQ(code_of(refused), errc::invalid_code);
  auto accepted = exchange("good");
  serve(known_as("openid"));
  EXPECT_EQ(value_of(accepted).openid, "openid");
  EXPECT_EQ(shown.app(0).of(endpoint::code2session).refused, 1U);
  EXPECT_EQ(shown.app(0).of(endpoint::code2session).succeeded, 1U);
}

TEST_F(WeChatClient, NeverMakesACallThatHasWaitedTooLong) {
  start(1);
  auto first = exchange("first");
  const auto under_way = await_call();
  auto late = exchange("late", overdue());
  auto timely = exchange("timely");
  world.settle(meter);
  answer(under_way, known_as("first"));
  EXPECT_EQ(code_of(late), errc::deadline_exceeded);
  EXPECT_EQ(code_in(serve(known_as("timely"))), "timely");
  EXPECT_EQ(value_of(timely).openid, "timely");
}

TEST_F(WeChatClient, RefusesAtOnceWhatItHasNoRoomFor_ASVS_15_4_4) {
  start(1);
  auto first = exchange("first");
  const auto under_way = await_call();
  std::vector<pending_reply<code_exchanged>> waiting;
  for (std::size_t count = 0; count < limits::wechat_queue; ++count)
    waiting.push_back(exchange("waiting"));
  auto refused = exchange("one too many");
  EXPECT_EQ(code_of(refused), errc::overloaded);
  EXPECT_EQ(shown.calls_waiting, limits::wechat_queue);

  answer(under_way, known_as("first"));
  serve(known_as("waiting"));
  EXPECT_EQ(value_of(waiting.front()).openid, "waiting");
}

TEST_F(WeChatClient, AnswersWhatWaitsAndWhatIsUnderWayWhenItEnds) {
  start(1);
  auto first = exchange("first");
  await_call();
  auto second = exchange("second");
  auto third = ask_quota();
  world.settle(meter);
  end();
  EXPECT_EQ(code_of(first), errc::internal);
  EXPECT_EQ(code_of(second), errc::internal);
  EXPECT_EQ(code_of(third), errc::internal);
}

// Workers ----------------------------------------------------------------------------------------

TEST_F(WeChatClient, StartsFurtherWorkersOnlyWhileCallsWait) {
  wechat_policy policy;
  policy.workers = 1;
  policy.max_workers = 3;
  start(policy);
  EXPECT_EQ(started, 1);
  std::vector<pending_reply<code_exchanged>> logins;
  std::vector<asked<wechat_call>> under_way;
  for (std::size_t each = 0; each < 3; ++each) {
    logins.push_back(exchange("code"));
    under_way.push_back(await_call(each));
  }
  auto fourth = exchange("code");
  world.settle(meter);
  EXPECT_EQ(started, 3);
  EXPECT_EQ(shown.workers, 3U);
  EXPECT_EQ(shown.workers_busy, 3U);
  answer(under_way[0], known_as("openid"), 0);
  serve(known_as("the fourth"), 0); // By the only one that is free.
  EXPECT_EQ(value_of(fourth).openid, "the fourth");
  for (const std::size_t each : {1, 2})
    answer(under_way[each], known_as("openid"), each);
  for (auto& each : logins)
    EXPECT_EQ(value_of(each).openid, "openid");
}

TEST_F(WeChatClient, EndsWorkersThatAreIdleForLongButKeepsItsBase) {
  wechat_policy policy;
  policy.workers = 1;
  policy.max_workers = 3;
  policy.idle_timeout = 1ms;
  start(policy);
  std::vector<pending_reply<code_exchanged>> logins;
  for (std::size_t each = 0; each < 3; ++each)
    logins.push_back(exchange("code"));
  // One after the other: what two workers answer at once may come in any order.
  for (std::size_t each = 0; each < 3; ++each) {
    serve(known_as("openid"), each);
    EXPECT_EQ(value_of(logins[each]).openid, "openid");
  }
  await([this] { return shown.workers == 1; }, "the workers are not ended");
  auto again = exchange("code");
  serve(known_as("again"), 2); // The one that was busy last.
  EXPECT_EQ(value_of(again).openid, "again");
  EXPECT_EQ(shown.workers, 1U);
}

TEST_F(WeChatClient, KeepsHalfOfItsWorkersForLogins) {
  start(2);
  auto slow = ask_quota();
  owners[0]->serve<find_access_token>(access_token_found{secret{"token"}});
  await_call(1);
  auto behind = ask_quota();
  owners[0]->serve<find_access_token>(access_token_found{secret{"token"}});
  world.settle(meter);
  auto login = exchange("code");
  serve(known_as("openid"), 0);
  EXPECT_EQ(value_of(login).openid, "openid");
  EXPECT_FALSE(has_come(behind));
}

// Access tokens ----------------------------------------------------------------------------------

TEST_F(WeChatClient, GetsTheTokenFromTheOwnerOfTheApp) {
  start(2);
  auto asked_for = ask_quota("wx2");
  owners[1]->serve<find_access_token>(access_token_found{secret{"token of wx2"}});
  const wechat_call made = serve({wechat_outcome{quota{10, 1, 9}}}, 1);
  EXPECT_EQ(made.access_token.reveal(), "token of wx2");
  EXPECT_EQ(made.app->appid, "wx2");
  EXPECT_EQ(value_of(asked_for).remain, 9);
  EXPECT_EQ(owners[0]->count<find_access_token>(), 0U);
}

TEST_F(WeChatClient, NeverWaitsForATokenToLogIn) {
  start(1);
  auto waiting = ask_quota();
  auto login = exchange("code");
  serve(known_as("openid"));
  EXPECT_EQ(value_of(login).openid, "openid");
  EXPECT_EQ(owners[0]->count<find_access_token>(), 1U) << "the login's own";
  EXPECT_FALSE(has_come(waiting));
}

TEST_F(WeChatClient, ReplacesARefusedTokenAndRepeatsTheCallOnce) {
  start(1);
  auto asked_for = ask_quota();
  owners[0]->serve<find_access_token>(access_token_found{secret{"old"}});
  serve(refusal_of_token());
  const auto order = owners[0]->serve<replace_access_token>(access_token_found{secret{"new"}});
  EXPECT_EQ(order.failed.reveal(), "old");
  EXPECT_EQ(serve({wechat_outcome{quota{10, 1, 9}}}).access_token.reveal(), "new");
  EXPECT_EQ(value_of(asked_for).remain, 9);
  EXPECT_EQ(shown.app(0).tokens_refused, 1U);
}

TEST_F(WeChatClient, RepeatsNoCallTwice) {
  start(1);
  auto asked_for = ask_quota();
  owners[0]->serve<find_access_token>(access_token_found{secret{"old"}});
  serve(refusal_of_token());
  owners[0]->serve<replace_access_token>(access_token_found{secret{"new"}});
  serve(refusal_of_token());
  EXPECT_EQ(code_of(asked_for), errc::wechat_unavailable);
  EXPECT_EQ(owners[0]->count<replace_access_token>(), 1U);
}

TEST_F(WeChatClient, FailsWithTheOwnerOfTheToken) {
  start(1);
  auto asked_for = ask_quota();
  owners[0]->fail(owners[0]->await<find_access_token>(), errc::wechat_rejected_us);
  EXPECT_EQ(code_of(asked_for), errc::wechat_rejected_us);
  EXPECT_EQ(calls(), 0U);
}

// Breakers ---------------------------------------------------------------------------------------

TEST_F(WeChatClient, StopsCallsToAnEndpointThatFails) {
  start(1);
  open_breaker();
  auto stopped = exchange("code");
  const auto outcome = outcome_of(stopped);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, errc::wechat_unavailable);
  EXPECT_GE(outcome.error().retry_after, 1s);
  EXPECT_EQ(calls(), 5U);
  const auto& login = shown.app(0).of(endpoint::code2session);
  EXPECT_EQ(login.breaker, breaker_state::open);
  EXPECT_EQ(login.openings, 1U);
  EXPECT_EQ(login.failed, 5U);
  EXPECT_EQ(login.stopped, 1U);
  EXPECT_THAT(world.logged(), testing::HasSubstr(R"("endpoint":"code2session")"));
}

TEST_F(WeChatClient, GoesOnWithTheOtherEndpointsAndApps) {
  start(1);
  open_breaker();
  auto other_app = exchange("code", in_time(), "wx2");
  serve(known_as("openid"));
  EXPECT_EQ(value_of(other_app).openid, "openid");
  auto other_endpoint = ask_quota();
  owners[0]->serve<find_access_token>(access_token_found{secret{"token"}});
  serve({wechat_outcome{quota{}}});
  EXPECT_EQ(value_of(other_endpoint).daily_limit, 0);
}

TEST_F(WeChatClient, RefusesWhatWaitsWhenTheBreakerOpens) {
  start(1);
  std::vector<pending_reply<code_exchanged>> logins;
  for (int each = 0; each < 20; ++each)
    logins.push_back(exchange("code"));
  for (int each = 0; each < 5; ++each)
    serve(failure(errc::wechat_unavailable, endpoint_health::bad));
  for (auto& each : logins)
    EXPECT_EQ(code_of(each), errc::wechat_unavailable);
  EXPECT_EQ(calls(), 5U);
}

TEST_F(WeChatClient, TriesAgainAfterAPause) {
  wechat_policy policy;
  policy.workers = policy.max_workers = 1;
  policy.breaker.first_pause = 1ms;
  start(policy);
  open_breaker();
  pending_reply<code_exchanged> probe;
  await(
      [&] {
        probe = exchange("code");
        return calls() == 6;
      },
      "no call is tried again");
  serve(known_as("openid"));
  EXPECT_EQ(value_of(probe).openid, "openid");
  EXPECT_EQ(shown.app(0).of(endpoint::code2session).breaker, breaker_state::closed);
}

TEST_F(WeChatClient, LeavesAnEndpointAloneWhoseQuotaIsUsedUp) {
  start(1);
  auto last = exchange("code");
  serve(failure(errc::wechat_unavailable, endpoint_health::used_up));
  EXPECT_EQ(code_of(last), errc::wechat_unavailable);
  auto stopped = exchange("code");
  const auto outcome = outcome_of(stopped);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().retry_after, 600s);
}

TEST_F(WeChatClient, LearnsNothingFromCallsThatHadHardlyAnyTime) {
  wechat_policy policy;
  policy.workers = policy.max_workers = 1;
  policy.breaker.failures_in_a_row = 1;
  start(policy);
  const auto passed = [](steady_time moment) {
    await([moment] { return std::chrono::steady_clock::now() >= moment; }, "time stands still");
  };
  auto first = exchange("first");
  const auto under_way = await_call();
  const auto begin = std::chrono::steady_clock::now();
  auto late = exchange("late", {trace_id{}, begin + 500ms});
  world.settle(meter);
  passed(begin + 300ms);
  answer(under_way, known_as("first"));
  const auto hurried = await_call();
  passed(begin + 500ms);
  answer(hurried, failure(errc::wechat_unavailable, endpoint_health::bad));
  EXPECT_EQ(code_of(late), errc::wechat_unavailable);
  EXPECT_EQ(shown.app(0).of(endpoint::code2session).breaker, breaker_state::closed);

  // One that had all of its time says something, however short that was.
  auto prompt = exchange("prompt", {trace_id{}, std::chrono::steady_clock::now() + 100ms});
  const auto failed = await_call();
  passed(std::chrono::steady_clock::now() + 100ms);
  answer(failed, failure(errc::wechat_unavailable, endpoint_health::bad));
  EXPECT_EQ(code_of(prompt), errc::wechat_unavailable);
  EXPECT_EQ(shown.app(0).of(endpoint::code2session).breaker, breaker_state::open);
}

TEST_F(WeChatClient, TriesNormalModeWhenForcedRefreshesAreUsedUp) {
  start(1);
  const auto fetch = [this](bool force) {
    return world.ask<access_token_fetched>(client, in_time(), fetch_access_token{"wx1", force});
  };
  auto forced = fetch(true);
  serve(failure(errc::wechat_unavailable, endpoint_health::used_up));
  EXPECT_EQ(code_of(forced), errc::wechat_unavailable);
  auto normal = fetch(false);
  serve({wechat_outcome{access_token_fetched{secret{"token"}, 7200s}}});
  EXPECT_EQ(value_of(normal).token.reveal(), "token");
}

TEST_F(WeChatClient, ShowsHowManyCallsWaitForAToken) {
  start(1);
  auto asked_for = ask_quota();
  const auto question = owners[0]->await<find_access_token>();
  world.settle(meter);
  EXPECT_EQ(shown.calls_waiting, 1U);
  owners[0]->fail(question, errc::wechat_unavailable);
  EXPECT_EQ(code_of(asked_for), errc::wechat_unavailable);
  EXPECT_EQ(shown.calls_waiting, 0U);
}

TEST_F(WeChatClient, CountsNoRefusalOfWeChatAsAFailure) {
  start(1);
  for (int each = 0; each < 30; ++each) {
    auto refused = exchange("bad");
    serve(failure(errc::invalid_code, endpoint_health::good));
    EXPECT_EQ(code_of(refused), errc::invalid_code);
  }
  EXPECT_EQ(shown.app(0).of(endpoint::code2session).breaker, breaker_state::closed);
}

} // namespace
} // namespace maque
