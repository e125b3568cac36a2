#include "domain/ids.hpp"

#include <algorithm>
#include <stdexcept>

namespace maque {

namespace {

constexpr int worker_bits = 10;
constexpr int sequence_bits = 12;
constexpr std::uint32_t sequence_max = (1U << sequence_bits) - 1;

static_assert(id_generator::max_worker == (1U << worker_bits) - 1);

constexpr utc_time epoch = std::chrono::sys_days{std::chrono::year{2025} / 1 / 1};

// One at least, so that no id is ever 0. 41 bits last until 2094.
std::uint64_t millis_since_epoch(utc_time now) noexcept {
  const auto millis = std::chrono::floor<std::chrono::milliseconds>(now - epoch).count();
  return static_cast<std::uint64_t>(std::max<decltype(millis)>(millis, 1));
}

// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014). It hides
// how many ids there are; it doesn't have to withstand an attack.
std::uint64_t next_random(std::uint64_t& state) noexcept {
  state += 0x9E3779B97F4A7C15ULL;
  std::uint64_t mixed = state;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ULL;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBULL;
  return mixed ^ (mixed >> 31);
}

} // namespace

id_generator::id_generator(std::uint32_t worker, std::uint64_t seed)
    : worker_{worker}, random_state_{seed} {
  if (worker > max_worker) throw std::invalid_argument{"id_generator: worker out of range"};
}

std::uint64_t id_generator::next(utc_time now) noexcept {
  const std::uint64_t millis = millis_since_epoch(now);
  if (millis > last_millis_ || sequence_ == sequence_max) {
    // A sequence that is used up, or a clock that went back, borrows from the milliseconds to come.
    last_millis_ = std::max(millis, last_millis_ + 1);
    // Starting in the lower half leaves room for 2048 ids in every millisecond.
    sequence_ = static_cast<std::uint32_t>(next_random(random_state_)) & (sequence_max >> 1);
  } else {
    ++sequence_;
  }
  return last_millis_ << (worker_bits + sequence_bits) | worker_ << sequence_bits | sequence_;
}

} // namespace maque
