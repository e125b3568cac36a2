#include "actors/circuit_breaker.hpp"

#include <algorithm>

namespace maque {

bool circuit_breaker::refuses(steady_time now) const noexcept {
  switch (state_) {
  case breaker_state::closed:
    return false;
  case breaker_state::open:
    return now < opens_again_;
  case breaker_state::half_open:
    return probing_;
  }
  return false;
}

std::optional<circuit_breaker::permit> circuit_breaker::enter(steady_time now) {
  if (refuses(now)) return std::nullopt;
  if (state_ == breaker_state::open) {
    state_ = breaker_state::half_open;
    ++generation_;
  }
  probing_ = state_ == breaker_state::half_open;
  return permit{generation_};
}

void circuit_breaker::succeeded(permit of, steady_time now) {
  if (of.generation != generation_) return;
  if (state_ == breaker_state::half_open) return close(now);
  count(now, false);
}

void circuit_breaker::failed(permit of, steady_time now) {
  if (of.generation != generation_) return;
  if (state_ == breaker_state::half_open) return open(now, next_pause());
  count(now, true);
  const bool too_often = calls_ >= rules_.calls_of_a_rate && failures_ * 2 >= calls_;
  if (in_a_row_ >= rules_.failures_in_a_row || too_often) open(now, next_pause());
}

void circuit_breaker::exhausted(permit of, steady_time now, std::chrono::milliseconds pause) {
  if (of.generation == generation_) open(now, pause);
}

void circuit_breaker::cancelled(permit of, steady_time now) {
  if (of.generation != generation_ || state_ != breaker_state::half_open) return;
  // Nothing was learned: the next one may try.
  probing_ = false;
  state_ = breaker_state::open;
  opens_again_ = now;
}

std::chrono::milliseconds circuit_breaker::pause_left(steady_time now) const noexcept {
  if (state_ != breaker_state::open || now >= opens_again_) return std::chrono::milliseconds{0};
  return std::chrono::ceil<std::chrono::milliseconds>(opens_again_ - now);
}

void circuit_breaker::open(steady_time now, std::chrono::milliseconds pause) {
  state_ = breaker_state::open;
  ++generation_;
  ++openings_;
  probing_ = false;
  opens_again_ = now + pause;
}

void circuit_breaker::close(steady_time now) {
  state_ = breaker_state::closed;
  ++generation_;
  probing_ = false;
  pauses_ = in_a_row_ = calls_ = failures_ = 0;
  window_begin_ = now;
}

void circuit_breaker::count(steady_time now, bool failure) {
  if (now - window_begin_ >= rules_.window) {
    window_begin_ = now;
    calls_ = failures_ = 0;
  }
  ++calls_;
  failures_ += failure ? 1 : 0;
  in_a_row_ = failure ? in_a_row_ + 1 : 0;
}

std::chrono::milliseconds circuit_breaker::next_pause() noexcept {
  constexpr std::uint32_t doublings_max = 16;
  const auto pause = rules_.first_pause * (1U << std::min(pauses_++, doublings_max));
  return std::min<std::chrono::milliseconds>(pause, rules_.longest_pause);
}

} // namespace maque
