#include "actors/ring.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace maque {
namespace {

constexpr std::uint64_t keys = 20'000;

ring<std::string> make_ring(std::uint64_t members) {
  ring<std::string> made;
  for (std::uint64_t id = 0; id < members; ++id)
    made.assign(id, "member " + std::to_string(id));
  return made;
}

class RingOf : public testing::TestWithParam<std::uint64_t> {};

TEST_P(RingOf, SpreadsKeysEvenly) {
  const auto owners = make_ring(GetParam());
  std::map<std::uint64_t, double> share;
  // Ids of users are keys: they lie close together.
  for (std::uint64_t key = 0; key < keys; ++key)
    ++share[owners.owner(key << 12).id];
  ASSERT_EQ(share.size(), GetParam());
  const double even = static_cast<double>(keys) / static_cast<double>(GetParam());
  for (const auto& [id, count] : share) {
    EXPECT_GT(count, 0.8 * even) << id;
    EXPECT_LT(count, 1.2 * even) << id;
  }
}

TEST_P(RingOf, MovesKeysOnlyToAMemberThatJoins) {
  const auto before = make_ring(GetParam());
  const auto after = make_ring(GetParam() + 1);
  std::uint64_t moved = 0;
  for (std::uint64_t key = 0; key < keys; ++key) {
    const auto owner = after.owner(key).id;
    if (owner == before.owner(key).id) continue;
    ++moved;
    ASSERT_EQ(owner, GetParam()) << key;
  }
  EXPECT_GT(moved, 0U);
}

TEST_P(RingOf, MovesOnlyTheKeysOfAMemberThatLeaves) {
  constexpr std::uint64_t leaving = 0;
  const auto before = make_ring(GetParam() + 1);
  auto after = before;
  after.remove(leaving);
  EXPECT_EQ(after.members().size(), GetParam());
  for (std::uint64_t key = 0; key < keys; ++key) {
    const auto owner = before.owner(key).id;
    if (owner == leaving)
      ASSERT_NE(after.owner(key).id, leaving) << key;
    else
      ASSERT_EQ(after.owner(key).id, owner) << key;
  }
}

TEST_P(RingOf, NamesTheSameOwnerInWhateverOrderMembersCame) {
  const auto ascending = make_ring(GetParam());
  ring<std::string> descending;
  for (std::uint64_t id = GetParam(); id > 0; --id)
    descending.assign(id - 1, "member");
  for (std::uint64_t key = 0; key < keys; ++key)
    ASSERT_EQ(ascending.owner(key).id, descending.owner(key).id) << key;
}

INSTANTIATE_TEST_SUITE_P(Members, RingOf, testing::Values(1, 2, 3, 16));

TEST(Ring, KeepsTheKeysOfAMemberWhoseHandleIsReplaced) {
  auto owners = make_ring(3);
  const auto key_of_second = [&] {
    std::uint64_t key = 0;
    while (owners.owner(key).id != 1)
      ++key;
    return key;
  }();
  owners.assign(1, "started again");
  EXPECT_EQ(owners.members().size(), 3U);
  EXPECT_EQ(owners.owner(key_of_second).handle, "started again");
}

} // namespace
} // namespace maque
