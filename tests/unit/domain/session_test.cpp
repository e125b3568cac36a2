#include "domain/session.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace maque {
namespace {

using namespace std::chrono_literals;
using enum refresh_verdict;

constexpr utc_time start{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};

constexpr session_policy policy{
    .access_ttl = 15min, .idle_ttl = 1h, .absolute_ttl = 10h, .reuse_window = 10s};

// Rotated at `start` for the `counter`th time, an hour after it began.
session make_session(std::uint32_t counter) {
  session s;
  s.id = {1};
  s.user = {2};
  s.created_at = start - 1h;
  s.last_seen_at = start;
  s.expires_at = s.created_at + policy.absolute_ttl;
  s.refresh_counter = counter;
  s.rotated_at = start;
  return s;
}

TEST(Sessions, Asvs7_3_1_EndWhenTheyAreIdle) {
  const session s = make_session(5);
  EXPECT_EQ(session_end(s, policy), start + 1h);
  EXPECT_EQ(judge_refresh(s, 5, start + 1h - 1us, policy), rotate);
  EXPECT_EQ(judge_refresh(s, 5, start + 1h, policy), ended);
}

TEST(Sessions, Asvs7_3_2_EndAtTheirAbsoluteLimitHoweverBusyTheyAre) {
  session s = make_session(5);
  s.last_seen_at = s.expires_at - 1min;
  EXPECT_EQ(session_end(s, policy), s.expires_at);
  EXPECT_EQ(judge_refresh(s, 5, s.expires_at - 1us, policy), rotate);
  EXPECT_EQ(judge_refresh(s, 5, s.expires_at, policy), ended);
}

TEST(Sessions, Asvs7_4_1_TakeNoTokenAfterTheirEnd) {
  session s = make_session(5);
  s.ended_at = start + 1s;
  for (const std::uint32_t presented : {0U, 4U, 5U, 6U}) {
    EXPECT_EQ(judge_refresh(s, presented, start + 2s, policy), ended) << presented;
  }
}

struct refresh_case {
  std::uint32_t counter;
  std::uint32_t presented;
  utc_time::duration after;
  refresh_verdict verdict;
};

TEST(RefreshTokens, AreJudgedByTheirCounterAndTheReuseWindow) {
  const refresh_case cases[] = {
      {0, 0, 0s, rotate},
      {5, 5, 0s, rotate},
      {5, 5, 30min, rotate},
      {UINT32_MAX, UINT32_MAX, 0s, rotate},
      // The one before, while the client may still not have our reply.
      {5, 4, 0s, repeat_current},
      {5, 4, 10s - 1us, repeat_current},
      {5, 4, 10s, reuse_detected},
      {5, 4, 30min, reuse_detected},
      {1, 0, 1s, repeat_current},
      // Another node rotated it, and its clock is ahead.
      {5, 4, -1s, repeat_current},
      // Older ones, however fresh the rotation is.
      {5, 3, 0s, reuse_detected},
      {5, 0, 1s, reuse_detected},
      // The first token has none before it.
      {0, UINT32_MAX, 0s, reuse_detected},
      // Nobody was ever given these.
      {5, 6, 0s, reuse_detected},
      {0, 1, 1s, reuse_detected},
      {5, UINT32_MAX, 1s, reuse_detected},
  };
  for (const auto& [counter, presented, after, verdict] : cases) {
    EXPECT_EQ(judge_refresh(make_session(counter), presented, start + after, policy), verdict)
        << "counter " << counter << ", presented " << presented << ", after " << after.count();
  }
}

TEST(RefreshTokens, HaveNoReuseWindowIfThePolicyHasNone) {
  session_policy strict = policy;
  strict.reuse_window = 0s;
  EXPECT_EQ(judge_refresh(make_session(5), 4, start, strict), reuse_detected);
  EXPECT_EQ(judge_refresh(make_session(5), 5, start, strict), rotate);
}

} // namespace
} // namespace maque
