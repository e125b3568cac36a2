#include "actors/circuit_breaker.hpp"

#include <gtest/gtest.h>

namespace maque {
namespace {

using namespace std::chrono_literals;

class CircuitBreaker : public testing::Test {
protected:
  void fail(int times) {
    for (int each = 0; each < times; ++each)
      breaker.failed(breaker.enter(now).value(), now);
  }
  void succeed(int times) {
    for (int each = 0; each < times; ++each)
      breaker.succeeded(breaker.enter(now).value(), now);
  }

  steady_time now = steady_time{} + 1h;
  circuit_breaker breaker{circuit_breaker::policy{3, 10, 10s, 1'000ms, 4'000ms}};
};

TEST_F(CircuitBreaker, OpensAfterSomeFailuresInARow) {
  fail(2);
  EXPECT_EQ(breaker.state(), breaker_state::closed);
  fail(1);
  EXPECT_EQ(breaker.state(), breaker_state::open);
  EXPECT_TRUE(breaker.refuses(now));
  EXPECT_FALSE(breaker.enter(now));
  EXPECT_EQ(breaker.pause_left(now), 1'000ms);
  EXPECT_EQ(breaker.openings(), 1U);
}

TEST_F(CircuitBreaker, StaysClosedWhileSuccessesComeBetween) {
  for (int each = 0; each < 20; ++each) {
    fail(1);
    succeed(2);
  }
  EXPECT_EQ(breaker.state(), breaker_state::closed);
}

TEST_F(CircuitBreaker, OpensWhenHalfOfManyCallsFail) {
  for (int each = 0; each < 4; ++each) {
    fail(1);
    succeed(1);
  }
  EXPECT_EQ(breaker.state(), breaker_state::closed) << "8 calls are not many";
  succeed(1);
  fail(1);
  EXPECT_EQ(breaker.state(), breaker_state::open);
}

TEST_F(CircuitBreaker, CountsOnlyTheCallsOfItsWindow) {
  for (int each = 0; each < 4; ++each) {
    fail(1);
    succeed(1);
  }
  now += 10s;
  succeed(1);
  fail(1);
  EXPECT_EQ(breaker.state(), breaker_state::closed);
}

TEST_F(CircuitBreaker, LetsOneCallThroughAfterThePause) {
  fail(3);
  now += 999ms;
  EXPECT_FALSE(breaker.enter(now));
  now += 1ms;
  EXPECT_FALSE(breaker.refuses(now));
  const auto probe = breaker.enter(now);
  ASSERT_TRUE(probe);
  EXPECT_EQ(breaker.state(), breaker_state::half_open);
  EXPECT_FALSE(breaker.enter(now)) << "a second one";
  breaker.succeeded(*probe, now);
  EXPECT_EQ(breaker.state(), breaker_state::closed);
  fail(2);
  EXPECT_EQ(breaker.state(), breaker_state::closed) << "the old failures still count";
}

TEST_F(CircuitBreaker, DoublesItsPauseUpToALimitUntilACallSucceeds) {
  fail(3);
  for (const auto pause : {1'000ms, 2'000ms, 4'000ms, 4'000ms}) {
    EXPECT_EQ(breaker.pause_left(now), pause);
    now += pause;
    breaker.failed(breaker.enter(now).value(), now);
  }
  now += 4s;
  breaker.succeeded(breaker.enter(now).value(), now);
  fail(3);
  EXPECT_EQ(breaker.pause_left(now), 1'000ms);
}

TEST_F(CircuitBreaker, IsNotMovedByCallsOfAnEarlierTime) {
  const auto early = breaker.enter(now).value();
  const auto other = breaker.enter(now).value();
  fail(3);
  breaker.succeeded(early, now);
  EXPECT_EQ(breaker.state(), breaker_state::open);
  now += 1s;
  const auto probe = breaker.enter(now).value();
  breaker.failed(other, now);
  EXPECT_EQ(breaker.state(), breaker_state::half_open);
  breaker.succeeded(probe, now);
  EXPECT_EQ(breaker.state(), breaker_state::closed);
}

TEST_F(CircuitBreaker, LetsAnotherTryIfTheOneWasNeverMade) {
  fail(3);
  now += 1s;
  breaker.cancelled(breaker.enter(now).value(), now);
  EXPECT_TRUE(breaker.enter(now));
}

TEST_F(CircuitBreaker, StaysOpenForAsLongAsThereIsNothingToBeHad) {
  breaker.exhausted(breaker.enter(now).value(), now, 10min);
  EXPECT_EQ(breaker.pause_left(now), 10min);
  now += 10min;
  EXPECT_TRUE(breaker.enter(now));
}

} // namespace
} // namespace maque
