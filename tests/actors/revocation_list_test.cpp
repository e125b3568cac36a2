#include "actors/revocation_list.hpp"

#include <gtest/gtest.h>

namespace maque {
namespace {

constexpr utc_time noon = from_unix_micros(1'795'608'000'000'000);
constexpr std::chrono::microseconds tick{1};

TEST(RevocationList, KnowsOnlyTheSessionsThatEnded) {
  revocation_list ended;
  EXPECT_FALSE(ended.contains({1}));
  ended.add({1}, noon);
  EXPECT_TRUE(ended.contains({1}));
  EXPECT_FALSE(ended.contains({2}));
}

TEST(RevocationList, ForgetsASessionOnlyWhenItsLastTokenHasExpired) {
  revocation_list ended;
  ended.add({1}, noon);
  ended.add({2}, noon + tick);
  ended.expire(noon);
  EXPECT_TRUE(ended.contains({1}));
  ended.expire(noon + tick);
  EXPECT_FALSE(ended.contains({1}));
  EXPECT_TRUE(ended.contains({2}));
}

TEST(RevocationList, TakesNoMoreRoomForASessionThatIsAnnouncedAgain) {
  revocation_list ended;
  ended.add({1}, noon);
  ended.add({1}, noon + tick);
  EXPECT_EQ(ended.size(), 1U);
  EXPECT_TRUE(ended.contains({1}));
}

TEST(RevocationList, GivesUpTheOldestWhenItIsFull) {
  constexpr std::uint64_t capacity = 3;
  revocation_list ended{capacity};
  for (std::uint64_t id = 1; id <= capacity + 1; ++id)
    ended.add({id}, noon + id * tick);
  EXPECT_EQ(ended.size(), capacity);
  EXPECT_FALSE(ended.contains({1}));
  for (std::uint64_t id = 2; id <= capacity + 1; ++id)
    EXPECT_TRUE(ended.contains({id})) << id;
}

} // namespace
} // namespace maque
