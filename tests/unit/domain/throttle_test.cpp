#include "domain/throttle.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace maque {
namespace {

using namespace std::chrono_literals;

constexpr utc_time now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};

constexpr throttle_policy policy{.account = {4, 1s, 60s},
                                 .source = {6, 1s, 60s},
                                 .pair = {2, 1s, 60s},
                                 .device = {3, 1s, 60s},
                                 .forget_after = 1h};

throttle_key key(std::uint8_t number) {
  throttle_key made;
  made.digest.fill(number);
  return made;
}

const attempt_keys from_elsewhere{.account = key(1), .source = key(2), .pair = key(3)};
const attempt_keys from_a_device{
    .account = key(1), .source = key(2), .pair = key(3), .device = key(4)};

/// Failed so often, last a minute ago, and blocked for another `left`.
throttle_state state(std::uint32_t failures, std::chrono::seconds left = 0s) {
  return {.failures = failures, .last_at = now - 1min, .blocked_until = now + left};
}

attempt_verdict judge(const attempt_keys& keys, const attempt_states& known) {
  return judge_attempt(keys, known, now, policy);
}

struct refusal_case {
  const char* what;
  attempt_keys keys;
  attempt_states known;
  std::optional<utc_time> blocked_until;
};

TEST(Attempts, Asvs6_3_1_AreRefusedWhileAKeyIsBlocked) {
  const attempt_keys only_account{.account = key(1)};
  const attempt_keys without_pair{.account = key(1), .source = key(2)};
  const std::vector<refusal_case> cases{
      {"nothing is known", from_elsewhere, {}, {}},
      {"no keys", {}, {.account = state(9, 9s), .source = state(9, 9s)}, {}},
      {"the source", from_elsewhere, {.source = state(9, 5s)}, now + 5s},
      {"the pair", from_elsewhere, {.pair = state(9, 5s)}, now + 5s},
      {"the account, and the pair has failed",
       from_elsewhere,
       {.account = state(9, 5s), .pair = state(1)},
       now + 5s},
      {"the account, the first time of the pair", from_elsewhere, {.account = state(9, 5s)}, {}},
      {"the account, the pair's failures are forgiven",
       from_elsewhere,
       {.account = state(9, 5s), .pair = state(0)},
       {}},
      {"the account, the pair's failures are forgotten",
       from_elsewhere,
       {.account = state(9, 5s), .pair = throttle_state{1, now - 2h, now - 2h}},
       {}},
      {"the account, and there is no pair", only_account, {.account = state(9, 5s)}, now + 5s},
      {"the source, the first time of the pair",
       from_elsewhere,
       {.account = state(9, 7s), .source = state(9, 5s)},
       now + 5s},
      {"the source is the last one",
       from_elsewhere,
       {.account = state(9, 5s), .source = state(9, 7s), .pair = state(9, 6s)},
       now + 7s},
      {"the pair is the last one",
       from_elsewhere,
       {.account = state(9, 5s), .source = state(9, 6s), .pair = state(9, 7s)},
       now + 7s},
      {"the account is the last one",
       from_elsewhere,
       {.account = state(9, 7s), .source = state(9, 5s), .pair = state(9, 6s)},
       now + 7s},
      {"a key that is absent", without_pair, {.pair = state(9, 5s)}, {}},
      {"another device than none", from_elsewhere, {.device = state(9, 5s)}, {}},
      {"the device", from_a_device, {.device = state(9, 5s)}, now + 5s},
      {"all but the device",
       from_a_device,
       {.account = state(9, 5s), .source = state(9, 5s), .pair = state(9, 5s)},
       {}},
      {"the block ends now", from_elsewhere, {.source = state(9, 0s)}, {}},
      {"the block has ended", from_elsewhere, {.source = state(9, -1s)}, {}},
  };
  for (const refusal_case& each : cases) {
    const auto verdict = judge(each.keys, each.known);
    EXPECT_EQ(verdict.blocked_until, each.blocked_until) << each.what;
    if (each.blocked_until) {
      EXPECT_EQ(verdict.counted, attempt_states{}) << each.what;
    }
  }
}

TEST(Attempts, AreCountedForEveryKeyAsOneMoreFailure) {
  const auto verdict = judge(from_elsewhere, {.account = state(3), .source = state(1)});
  const attempt_states counted{.account = throttle_state{4, now, now},
                               .source = throttle_state{2, now, now},
                               .pair = throttle_state{1, now, now}};
  EXPECT_EQ(verdict.counted, counted);
}

TEST(Attempts, OfAKnownDeviceAreCountedForThatAlone) {
  const auto verdict = judge(from_a_device, {.account = state(3), .device = state(1)});
  EXPECT_EQ(verdict.counted, (attempt_states{.device = throttle_state{2, now, now}}));
}

TEST(Attempts, ThatHaveNoKeysAreNotCounted) {
  EXPECT_EQ(judge({}, {.account = state(3)}).counted, attempt_states{});
  EXPECT_EQ(judge({.source = key(2)}, {.account = state(3)}).counted,
            (attempt_states{.source = throttle_state{1, now, now}}));
}

struct delay_case {
  std::uint32_t failures; ///< Before the attempt.
  throttle_rule rule;
  std::chrono::milliseconds delay;
};

TEST(Attempts, Asvs6_3_1_HaveToWaitTwiceAsLongEachTimeUpToTheLongest) {
  constexpr std::uint32_t most = std::numeric_limits<std::uint32_t>::max();
  const std::vector<delay_case> cases{
      {0, {2, 1s, 60s}, 0s},
      {1, {2, 1s, 60s}, 0s},
      {2, {2, 1s, 60s}, 1s},
      {3, {2, 1s, 60s}, 2s},
      {4, {2, 1s, 60s}, 4s},
      {7, {2, 1s, 60s}, 32s},
      {8, {2, 1s, 60s}, 60s},
      {9, {2, 1s, 60s}, 60s},
      {1000, {2, 1s, 60s}, 60s},
      {most - 1, {2, 1s, 60s}, 60s},
      {most, {2, 1s, 60s}, 60s},
      {0, {0, 1s, 60s}, 1s},
      {1, {0, 1s, 60s}, 2s},
      {0, {0, 90s, 60s}, 60s},
      {5, {0, 0s, 60s}, 0s},
      {5, {0, 1s, 0s}, 0s},
      {5, {0, 7ms, 225ms}, 224ms},
      {most, {most, 1s, 60s}, 0s},
      {most, {0, 1ms, 1h * 24 * 365}, 1h * 24 * 365},
  };
  for (const delay_case& each : cases) {
    throttle_policy with_rule = policy;
    with_rule.source = each.rule;
    const auto verdict =
        judge_attempt({.source = key(2)}, {.source = state(each.failures)}, now, with_rule);
    ASSERT_TRUE(verdict.counted.source);
    EXPECT_EQ(verdict.counted.source->blocked_until, now + each.delay)
        << each.failures << " of " << each.rule.free_attempts;
  }
}

TEST(Attempts, AreCountedUpToTheLargestNumber) {
  constexpr std::uint32_t most = std::numeric_limits<std::uint32_t>::max();
  EXPECT_EQ(judge(from_elsewhere, {.source = state(most)}).counted.source->failures, most);
}

TEST(Attempts, AreForgottenAfterATimeWithoutAnother) {
  const utc_time blocked = now + 1h;
  const throttle_state just{50, now - policy.forget_after, blocked};
  const throttle_state older{50, now - policy.forget_after - 1us, blocked};
  EXPECT_EQ(judge(from_elsewhere, {.source = just}).blocked_until, blocked);
  EXPECT_EQ(judge(from_elsewhere, {.source = older}).counted.source, (throttle_state{1, now, now}));
  EXPECT_EQ(judge(from_a_device, {.device = just}).blocked_until, blocked);
  EXPECT_EQ(judge(from_a_device, {.device = older}).counted.device, (throttle_state{1, now, now}));
}

TEST(Attempts, OfAnotherNodeWhoseClockIsAheadAreNotForgotten) {
  const throttle_state ahead{50, now + 1min, now + 2min};
  EXPECT_EQ(judge(from_elsewhere, {.source = ahead}).blocked_until, now + 2min);
}

/// As the store does it: what is counted replaces what is known.
std::uint32_t admitted_of(std::uint32_t attempts, const attempt_keys& keys, attempt_states known) {
  std::uint32_t admitted = 0;
  for (std::uint32_t i = 0; i < attempts; ++i) {
    const auto verdict = judge(keys, known);
    if (verdict.blocked_until) continue;
    known = verdict.counted;
    ++admitted;
  }
  return admitted;
}

TEST(Attempts, Asvs6_3_1_AtOnceAreAdmittedUntilTheFirstOneThatHasToWait) {
  EXPECT_EQ(admitted_of(50, {.account = key(1)}, {}), policy.account.free_attempts + 1);
  EXPECT_EQ(admitted_of(50, from_elsewhere, {}), policy.pair.free_attempts + 1);
  EXPECT_EQ(admitted_of(50, from_a_device, {}), policy.device.free_attempts + 1);
}

// Forgiving -----------------------------------------------------------------------------------

TEST(Forgiving, TakesTheFailuresOfThePairOffTheAccountAndTheSource) {
  const auto left =
      forgive(from_elsewhere, {.account = state(10, 9s), .source = state(20, 8s), .pair = state(3)},
              now, policy);
  const attempt_states expected{.account = state(7, 9s), .source = state(17, 8s)};
  EXPECT_EQ(left, expected);
}

struct take_off_case {
  std::uint32_t account;
  std::uint32_t pair;
  std::uint32_t left;
  bool free; ///< The account is not blocked any more.
};

TEST(Forgiving, LetsTheAccountGoWhenWhatIsLeftIsFree) {
  const std::vector<take_off_case> cases{
      {10, 5, 5, false},  {10, 6, 4, true}, {10, 10, 0, true}, {10, 11, 0, true},
      {10, 0, 10, false}, {3, 1, 2, true},  {0, 1, 0, true},
  };
  for (const take_off_case& each : cases) {
    const throttle_state account = state(each.account, 9s);
    const auto left =
        forgive(from_elsewhere, {.account = account, .pair = state(each.pair)}, now, policy);
    const throttle_state expected{each.left, account.last_at,
                                  each.free ? account.last_at : account.blocked_until};
    EXPECT_EQ(left.account, expected) << each.account << " without " << each.pair;
  }
}

TEST(Forgiving, LeavesNothingOfThePair) {
  EXPECT_FALSE(forgive(from_elsewhere, {.pair = state(9, 9s)}, now, policy).pair);
}

TEST(Forgiving, OfADeviceLeavesTheOthersOutForItsFailuresAreNotAmongTheirs) {
  const attempt_states known{.account = state(9), .source = state(9), .device = state(2)};
  EXPECT_EQ(forgive(from_a_device, known, now, policy), attempt_states{});
}

TEST(Forgiving, WithoutAPairTakesOneFailureOff) {
  const auto left =
      forgive({.account = key(1), .source = key(2)},
              {.account = state(5, 9s), .source = state(7, 9s), .pair = state(3)}, now, policy);
  const attempt_states expected{.account = throttle_state{4, now - 1min, now - 1min},
                                .source = throttle_state{6, now - 1min, now - 1min}};
  EXPECT_EQ(left, expected);
}

TEST(Forgiving, MakesNothingUpWhereNothingIsKnown) {
  EXPECT_EQ(forgive(from_elsewhere, {}, now, policy), attempt_states{});
  EXPECT_EQ(forgive({}, {.account = state(3)}, now, policy), attempt_states{});
}

TEST(Forgiving, IgnoresWhatIsForgotten) {
  const throttle_state old{3, now - 2h, now - 2h};
  const auto left =
      forgive(from_elsewhere, {.account = old, .source = state(9), .pair = old}, now, policy);
  EXPECT_EQ(left, (attempt_states{.source = state(9)}));
}

TEST(Forgiving, UndoesWhatWasCounted) {
  const attempt_states before{.account = state(3), .source = state(2)};
  const auto counted = judge(from_elsewhere, before).counted;
  const auto left = forgive(from_elsewhere, counted, now, policy);
  EXPECT_EQ(left.account->failures, 3U);
  EXPECT_EQ(left.source->failures, 2U);
}

} // namespace
} // namespace maque
