#pragma once

#include "domain/time.hpp"

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>

/// Slows the guessing of passwords down (OWASP ASVS 5.0, 6.3.1) without letting a stranger lock
/// anybody out: docs/adr/0012-guessing.md.
namespace maque {

/// What attempts are counted by: a hash of an account's name, of a source address and so on. A
/// hash, so that neither names that don't exist nor addresses are kept.
struct throttle_key {
  std::array<std::uint8_t, 32> digest{};

  // The check takes the zero inside the defaulted operator for a pointer.
  // NOLINTNEXTLINE(modernize-use-nullptr)
  friend auto operator<=>(const throttle_key&, const throttle_key&) = default;
};

/// The keys of one attempt. One that is absent is neither asked nor counted. With a device, which
/// has succeeded with this account before, the others are not asked: whoever is known is not
/// caught in what strangers do.
struct attempt_keys {
  std::optional<throttle_key> account{};
  std::optional<throttle_key> source{};
  std::optional<throttle_key> pair{}; ///< This account, from this source.
  std::optional<throttle_key> device{};

  bool empty() const noexcept { return !account && !source && !pair && !device; }
};

/// What is known of a key.
struct throttle_state {
  /// Attempts that failed, or of which the outcome is not known yet.
  std::uint32_t failures = 0;
  utc_time last_at;
  utc_time blocked_until;

  friend bool operator==(const throttle_state&, const throttle_state&) = default;
};

/// So many attempts are free; each one after that has to wait twice as long as the one before.
struct throttle_rule {
  std::uint32_t free_attempts = 10;
  std::chrono::milliseconds first_delay{1'000};
  std::chrono::milliseconds longest_delay{std::chrono::minutes{15}};
};

struct throttle_policy {
  throttle_rule account{10};
  throttle_rule source{100};
  throttle_rule pair{5};
  throttle_rule device{10};
  /// A key without an attempt for so long is forgotten.
  std::chrono::milliseconds forget_after{std::chrono::hours{24}};
};

/// The states of an attempt's keys, in their places; an empty one: nothing is known of it.
struct attempt_states {
  std::optional<throttle_state> account{};
  std::optional<throttle_state> source{};
  std::optional<throttle_state> pair{};
  std::optional<throttle_state> device{};

  friend bool operator==(const attempt_states&, const attempt_states&) = default;
};

struct attempt_verdict {
  /// Set: the attempt is refused, and counts for nothing.
  std::optional<utc_time> blocked_until{};
  /// Otherwise what its keys are from now on: it is counted as failed until it has succeeded, so
  /// that many at once don't slip through.
  attempt_states counted{};
};

/// One failure more. @param known nothing: there was none, or it is forgotten.
throttle_state count_failure(const std::optional<throttle_state>& known, utc_time now,
                             const throttle_rule& rule);

/// Refused if the source, the pair or the account is blocked, until the last of them is free. A
/// blocked account is no hindrance for the first attempt of a pair: strangers can't keep the owner
/// out who comes from elsewhere.
attempt_verdict judge_attempt(const attempt_keys& keys, const attempt_states& known, utc_time now,
                              const throttle_policy& policy);

/// What the keys are when an attempt that was counted has succeeded. Nothing is left of the device
/// or the pair; the pair's failures are taken off the account and the source, where those of others
/// stay. Of an attempt without a pair that one is taken off; one with a device was not counted
/// there, and their states are left out, as they stay.
attempt_states forgive(const attempt_keys& keys, const attempt_states& known, utc_time now,
                       const throttle_policy& policy);

} // namespace maque
