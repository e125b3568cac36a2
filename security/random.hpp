#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace maque::security {

/// Prepares libsodium; call once before threads start. Throws std::runtime_error if there is no
/// source of randomness.
void initialize();

/// Fills `out` from the operating system's cryptographic generator.
void fill_random(std::span<std::uint8_t> out) noexcept;

template <std::size_t N>
std::array<std::uint8_t, N> random_bytes() noexcept {
  std::array<std::uint8_t, N> out;
  fill_random(out);
  return out;
}

std::uint64_t random_u64() noexcept;

} // namespace maque::security
