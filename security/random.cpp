#include "security/random.hpp"

#include <sodium.h>

#include <stdexcept>

namespace maque::security {

void initialize() {
  if (sodium_init() < 0) throw std::runtime_error{"libsodium cannot be initialised"};
}

void fill_random(std::span<std::uint8_t> out) noexcept {
  randombytes_buf(out.data(), out.size());
}

std::uint64_t random_u64() noexcept {
  std::uint64_t value = 0;
  randombytes_buf(&value, sizeof value);
  return value;
}

} // namespace maque::security
