#pragma once

#include "domain/time.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace maque {

enum class breaker_state : std::uint8_t { closed, open, half_open };

/// Stops calls to what keeps failing, so that nobody waits for it, and tries again now and then.
/// Closed: calls go through and are counted; too many failures open it. Open: calls are refused,
/// until a pause is over that doubles as long as it doesn't help. Half-open: one call goes through,
/// and what becomes of it closes or opens the breaker. (M. Nygard, "Release It!", "Circuit
/// Breaker".)
///
/// Plain code: whoever asks says what time it is. Not thread-safe.
class circuit_breaker {
public:
  struct policy {
    std::uint32_t failures_in_a_row = 5; ///< That open it, however few calls there are.
    std::uint32_t calls_of_a_rate = 20;  ///< Within a window, from which on half of them do.
    std::chrono::seconds window{10};
    std::chrono::milliseconds first_pause{1'000};
    std::chrono::milliseconds longest_pause{60'000};
  };

  /// The right to make a call; what became of it is reported with it. A report that is older than
  /// the last change of state changes nothing.
  struct permit {
    std::uint64_t generation = 0;
  };

  circuit_breaker() = default;
  explicit circuit_breaker(policy rules) : rules_{rules} {}

  /// Whether a call that is asked for now would be refused: what can be told without making one.
  bool refuses(steady_time now) const noexcept;
  /// Nothing: the call must not be made.
  std::optional<permit> enter(steady_time now);

  void succeeded(permit of, steady_time now);
  void failed(permit of, steady_time now);
  /// Nothing more is to be had for a time that is known beforehand, e.g. of a quota.
  void exhausted(permit of, steady_time now, std::chrono::milliseconds pause);
  /// The call was not made after all.
  void cancelled(permit of, steady_time now);

  breaker_state state() const noexcept { return state_; }
  /// How long until a call may be tried; zero if it may be now.
  std::chrono::milliseconds pause_left(steady_time now) const noexcept;
  /// How often it has opened.
  std::uint64_t openings() const noexcept { return openings_; }

private:
  void open(steady_time now, std::chrono::milliseconds pause);
  void close(steady_time now);
  void count(steady_time now, bool failure);
  std::chrono::milliseconds next_pause() noexcept;

  policy rules_;
  breaker_state state_ = breaker_state::closed;
  std::uint64_t generation_ = 0;
  bool probing_ = false;
  steady_time opens_again_{}; ///< While it is open: when a call may be tried.
  std::uint32_t pauses_ = 0;  ///< In a row without success.
  std::uint32_t in_a_row_ = 0;
  steady_time window_begin_{};
  std::uint32_t calls_ = 0;
  std::uint32_t failures_ = 0;
  std::uint64_t openings_ = 0;
};

} // namespace maque
