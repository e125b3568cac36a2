#include "domain/backoff.hpp"

#include <gtest/gtest.h>

#include <set>

namespace maque {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesItsPausesUpToTheLastAndShortensThemByChance) {
  backoff pauses{{100ms, 1s}, 1};
  const std::chrono::milliseconds longest[] = {100ms, 200ms, 400ms, 800ms, 1s, 1s};
  for (std::uint32_t failures = 1; failures <= std::size(longest); ++failures) {
    const auto bound = longest[failures - 1];
    std::set<std::chrono::milliseconds> seen;
    for (int time = 0; time < 100; ++time)
      seen.insert(pauses.pause_after(failures));
    EXPECT_GE(*seen.begin(), bound / 2);
    EXPECT_LE(*seen.rbegin(), bound);
    EXPECT_GT(seen.size(), 10U);
  }
  EXPECT_LE(pauses.pause_after(4'000'000'000U), 1s);
}

} // namespace
} // namespace maque
