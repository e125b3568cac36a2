#include "security/random.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace maque::security {
namespace {

TEST(Random, CanBeInitialisedTwice) {
  EXPECT_NO_THROW(initialize());
  EXPECT_NO_THROW(initialize());
}

TEST(Random, NeverRepeatsItself) {
  std::set<std::array<std::uint8_t, 16>> bytes;
  std::set<std::uint64_t> numbers;
  for (int i = 0; i < 1000; ++i) {
    bytes.insert(random_bytes<16>());
    numbers.insert(random_u64());
  }
  EXPECT_EQ(bytes.size(), 1000U);
  EXPECT_EQ(numbers.size(), 1000U);
}

TEST(Random, FillsEveryByteAndNoMore) {
  // A byte that is never written stays 0 in all of 100 rounds; one that is written is 0 in all of
  // them with a probability of 2^-800.
  std::vector<std::uint8_t> seen(64);
  for (int round = 0; round < 100; ++round) {
    std::vector<std::uint8_t> bytes(64);
    fill_random(std::span{bytes}.first(63));
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      seen[i] |= bytes[i];
    }
  }
  for (std::size_t i = 0; i < 63; ++i) {
    EXPECT_NE(seen[i], 0) << i;
  }
  EXPECT_EQ(seen[63], 0);
}

} // namespace
} // namespace maque::security
