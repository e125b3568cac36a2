#include "domain/throttle.hpp"

#include <algorithm>
#include <limits>

namespace maque {
namespace {

using state = std::optional<throttle_state>;

state unless_forgotten(const state& known, utc_time now, const throttle_policy& policy) {
  return known && now - known->last_at <= policy.forget_after ? known : std::nullopt;
}

attempt_states unless_forgotten(const attempt_states& known, utc_time now,
                                const throttle_policy& policy) {
  return {.account = unless_forgotten(known.account, now, policy),
          .source = unless_forgotten(known.source, now, policy),
          .pair = unless_forgotten(known.pair, now, policy),
          .device = unless_forgotten(known.device, now, policy)};
}

/// The time that an attempt has to wait after so many failures.
std::chrono::milliseconds delay_after(std::uint32_t failures, const throttle_rule& rule) {
  if (failures <= rule.free_attempts) return std::chrono::milliseconds{0};
  constexpr std::uint32_t most_doublings = 63;
  auto delay = std::min(rule.first_delay, rule.longest_delay);
  for (auto left = std::min(failures - rule.free_attempts - 1, most_doublings); left > 0; --left)
    delay = delay > rule.longest_delay / 2 ? rule.longest_delay : delay * 2;
  return delay;
}

state take_off(const state& known, std::uint32_t forgiven, const throttle_rule& rule) {
  if (!known) return known;
  throttle_state left = *known;
  left.failures -= std::min(left.failures, forgiven);
  if (left.failures <= rule.free_attempts) left.blocked_until = left.last_at;
  return left;
}

} // namespace

throttle_state count_failure(const std::optional<throttle_state>& known, utc_time now,
                             const throttle_rule& rule) {
  const std::uint32_t before = known ? known->failures : 0;
  const auto failures = before == std::numeric_limits<std::uint32_t>::max() ? before : before + 1;
  return {.failures = failures, .last_at = now, .blocked_until = now + delay_after(failures, rule)};
}

attempt_verdict judge_attempt(const attempt_keys& keys, const attempt_states& known, utc_time now,
                              const throttle_policy& policy) {
  const attempt_states past = unless_forgotten(known, now, policy);
  attempt_verdict verdict;
  // Attempts of other lanes and nodes may bear a later time: among the free ones that is no matter.
  const auto ask = [&](const state& asked, const throttle_rule& rule) {
    if (asked && asked->failures > rule.free_attempts && asked->blocked_until > now)
      verdict.blocked_until =
          std::max(verdict.blocked_until.value_or(asked->blocked_until), asked->blocked_until);
  };
  if (keys.device) {
    ask(past.device, policy.device);
    if (!verdict.blocked_until)
      verdict.counted.device = count_failure(past.device, now, policy.device);
    return verdict;
  }
  const bool first_of_pair = keys.pair && (!past.pair || past.pair->failures == 0);
  if (keys.source) ask(past.source, policy.source);
  if (keys.pair) ask(past.pair, policy.pair);
  if (keys.account && !first_of_pair) ask(past.account, policy.account);
  if (verdict.blocked_until) return verdict;

  if (keys.account) verdict.counted.account = count_failure(past.account, now, policy.account);
  if (keys.source) verdict.counted.source = count_failure(past.source, now, policy.source);
  if (keys.pair) verdict.counted.pair = count_failure(past.pair, now, policy.pair);
  return verdict;
}

attempt_states forgive(const attempt_keys& keys, const attempt_states& known, utc_time now,
                       const throttle_policy& policy) {
  if (keys.device) return {};
  const attempt_states past = unless_forgotten(known, now, policy);
  // Without a pair, nothing says how many of the failures were his: this attempt was.
  const std::uint32_t forgiven = !keys.pair ? 1 : past.pair ? past.pair->failures : 0;
  attempt_states left;
  if (keys.account) left.account = take_off(past.account, forgiven, policy.account);
  if (keys.source) left.source = take_off(past.source, forgiven, policy.source);
  return left;
}

} // namespace maque
