#include "actors/user_cache.hpp"

#include <gtest/gtest.h>

namespace maque {
namespace {

using namespace std::chrono_literals;

constexpr steady_time start{1h};

user make_user(std::uint64_t id, std::uint64_t revision = 1) {
  user made;
  made.id = {id};
  made.revision = revision;
  return made;
}

user_cache make_cache(std::size_t capacity) {
  return user_cache{{.capacity = capacity, .ttl = 60s, .negative_ttl = 2s}, 42};
}

bool is_present(user_cache& cache, std::uint64_t id, steady_time now = start) {
  return cache.find({id}, now).found == user_cache::state::present;
}

TEST(UserCache, ReturnsWhatItWasGiven) {
  auto cache = make_cache(10);
  EXPECT_EQ(cache.find({1}, start).found, user_cache::state::unknown);
  const user alice = make_user(1);
  cache.put(alice, start);
  ASSERT_TRUE(is_present(cache, 1));
  EXPECT_EQ(*cache.find({1}, start).who, alice);
}

TEST(UserCache, GivesUpTheLeastRecentlyUsedWhenItIsFull) {
  auto cache = make_cache(3);
  for (const std::uint64_t id : {1U, 2U, 3U})
    cache.put(make_user(id), start);
  ASSERT_TRUE(is_present(cache, 1)); // used again, so 2 is the oldest now
  cache.put(make_user(4), start);
  EXPECT_EQ(cache.size(), 3U);
  EXPECT_FALSE(is_present(cache, 2));
  for (const std::uint64_t id : {1U, 3U, 4U})
    EXPECT_TRUE(is_present(cache, id)) << id;
}

TEST(UserCache, CountsPuttingAsUse) {
  auto cache = make_cache(2);
  cache.put(make_user(1), start);
  cache.put(make_user(2), start);
  cache.put(make_user(1, 2), start);
  cache.put(make_user(3), start);
  EXPECT_TRUE(is_present(cache, 1));
  EXPECT_FALSE(is_present(cache, 2));
}

TEST(UserCache, KeepsEntriesForTheTtlLessUpToATenthOfIt) {
  constexpr std::uint64_t users = 500;
  auto cache = make_cache(users);
  for (std::uint64_t id = 1; id <= users; ++id)
    cache.put(make_user(id), start);
  const auto count_at = [&](steady_time now) {
    std::uint64_t found = 0;
    for (std::uint64_t id = 1; id <= users; ++id)
      found += is_present(cache, id, now) ? 1U : 0U;
    return found;
  };
  EXPECT_EQ(count_at(start + 54s - 1ms), users);
  const auto halfway = count_at(start + 57s);
  EXPECT_GT(halfway, users / 4);
  EXPECT_LT(halfway, users * 3 / 4);
  EXPECT_EQ(count_at(start + 60s), 0U);
  EXPECT_EQ(cache.size(), 0U);
}

TEST(UserCache, RemembersBrieflyThatAnIdIsNobodys) {
  auto cache = make_cache(10);
  cache.put_absent({1}, start);
  EXPECT_EQ(cache.find({1}, start + 2s - 1ms).found, user_cache::state::absent);
  EXPECT_EQ(cache.find({1}, start + 2s).found, user_cache::state::unknown);
}

TEST(UserCache, ReplacesNobodyBySomebody) {
  auto cache = make_cache(10);
  cache.put_absent({1}, start);
  cache.put(make_user(1), start);
  EXPECT_TRUE(is_present(cache, 1));
}

TEST(UserCache, KeepsTheNewerRevision) {
  auto cache = make_cache(10);
  for (const auto& [given, kept] : {std::pair{2U, 2U}, {1U, 2U}, {3U, 3U}, {3U, 3U}, {2U, 3U}}) {
    cache.put(make_user(1, given), start);
    EXPECT_EQ(cache.find({1}, start).who->revision, kept) << given;
  }
}

TEST(UserCache, HoldsNothingWithoutRoom) {
  auto cache = make_cache(0);
  cache.put(make_user(1), start);
  cache.put_absent({2}, start);
  EXPECT_EQ(cache.size(), 0U);
  EXPECT_EQ(cache.find({1}, start).found, user_cache::state::unknown);
  EXPECT_EQ(cache.find({2}, start).found, user_cache::state::unknown);
}

} // namespace
} // namespace maque
