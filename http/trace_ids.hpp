#pragma once

#include "domain/request_context.hpp"

#include <bit>
#include <cstdint>

namespace maque::http {

/// Makes trace ids that are unique, not secret: xoshiro256++ (Blackman
/// and Vigna, 2019), seeded from the system's randomness. Each lane has its own.
class trace_ids {
public:
  explicit trace_ids(std::uint64_t seed) noexcept {
    for (std::uint64_t& word : state_) {
      // splitmix64, as the authors of xoshiro advise for seeding.
      seed += 0x9E3779B97F4A7C15ULL;
      std::uint64_t mixed = seed;
      mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9ULL;
      mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBULL;
      word = mixed ^ (mixed >> 31);
    }
  }

  trace_id next() noexcept {
    trace_id made;
    do {
      const std::array<std::uint64_t, 2> words{draw(), draw()};
      made.bytes = std::bit_cast<std::array<std::uint8_t, 16>>(words);
    } while (made == trace_id{});
    return made;
  }

  /// A span's, never 0.
  std::uint64_t next_span() noexcept {
    std::uint64_t made = 0;
    while (made == 0)
      made = draw();
    return made;
  }

private:
  std::uint64_t draw() noexcept {
    const std::uint64_t drawn = std::rotl(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return drawn;
  }

  std::array<std::uint64_t, 4> state_{};
};

} // namespace maque::http
