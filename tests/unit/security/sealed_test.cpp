#include "security/sealed.hpp"
#include "unit/security/token_tools.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace maque::security {
namespace {

const secret plain{"tiihtNczf5v6AKRyjwEUhQ=="};
const sealing_key key = test::make_key('k').sealing;

using bytes = std::vector<std::uint8_t>;

bool holds(const bytes& sealed, const std::string& text) {
  return std::search(sealed.begin(), sealed.end(), text.begin(), text.end(),
                     [](std::uint8_t left, char right) {
                       return left == static_cast<std::uint8_t>(right);
                     }) != sealed.end();
}

TEST(Sealed, OpensUnderItsKeyForWhatItBelongsTo) {
  const bytes sealed = seal(key, plain, {"row", "wx-app", "openid"});
  const auto opened = open_sealed(key, sealed, {"row", "wx-app", "openid"});
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->reveal(), plain.reveal());
  EXPECT_EQ(sealed.size(), 1 + 8 + 24 + 24 + 16U);
  EXPECT_EQ(sealed.front(), 1);
  EXPECT_TRUE(holds(sealed, key.id));
  EXPECT_FALSE(holds(sealed, plain.reveal()));
  EXPECT_FALSE(holds(sealed, key.key.reveal()));
}

TEST(Sealed, MayBeEmptyOrLong) {
  for (const std::size_t size : {0U, 1U, 100'000U}) {
    const secret text{std::string(size, 'x')};
    const auto opened = open_sealed(key, seal(key, text, {}), {});
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->reveal(), text.reveal());
  }
}

TEST(Sealed, OpensForNothingElse) {
  const bytes sealed = seal(key, plain, {"row", "wx-app", "openid"});
  EXPECT_FALSE(open_sealed(key, sealed, {}));
  EXPECT_FALSE(open_sealed(key, sealed, {"row", "wx-app", "another"}));
  EXPECT_FALSE(open_sealed(key, sealed, {"row", "wx-appo", "penid"}));
  EXPECT_FALSE(open_sealed(key, sealed, {"row", "wx-app"}));
  EXPECT_FALSE(open_sealed(key, sealed, {"row", "wx-app", "openid", ""}));
  EXPECT_FALSE(open_sealed(key, sealed, {"row", "wx-app6:openid"}));
}

TEST(Sealed, OpensUnderNoOtherKey) {
  const bytes sealed = seal(key, plain, {});
  EXPECT_FALSE(open_sealed(test::make_key('l').sealing, sealed, {}));
  // Nor under one that goes by the same name.
  const sealing_key impostor{key.id, test::make_key('l').sealing.key};
  EXPECT_FALSE(open_sealed(impostor, sealed, {}));
}

TEST(Sealed, IsRefusedWithAnyBitFlippedAndAtAnyOtherLength) {
  const bytes sealed = seal(key, plain, {"row"});
  for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
    bytes flipped = sealed;
    flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ 1U << bit % 8);
    EXPECT_FALSE(open_sealed(key, flipped, {"row"})) << bit;
  }
  for (std::size_t size = 0; size < sealed.size(); ++size)
    EXPECT_FALSE(open_sealed(key, std::span{sealed}.first(size), {"row"}));
  bytes longer = sealed;
  longer.push_back(0);
  EXPECT_FALSE(open_sealed(key, longer, {"row"}));
}

TEST(Sealed, IsNeverTheSameTwice) {
  std::set<bytes> seen;
  for (int i = 0; i < 1'000; ++i)
    seen.insert(seal(key, plain, {}));
  EXPECT_EQ(seen.size(), 1'000U);
}

} // namespace
} // namespace maque::security
