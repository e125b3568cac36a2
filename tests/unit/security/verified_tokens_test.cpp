#include "security/verified_tokens.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace maque::security {
namespace {

verified_tokens::entry says(std::uint64_t user) {
  verified_tokens::entry made;
  made.claims.access.user = {user};
  made.key = user;
  return made;
}

std::string token_number(std::uint64_t number) {
  std::mt19937_64 random{number};
  std::string signature;
  for (int i = 0; i < 43; ++i)
    signature += static_cast<char>('A' + random() % 26);
  return "header." + std::to_string(number) + "." + signature;
}

TEST(VerifiedTokens, AreFoundByTheWholeToken) {
  verified_tokens known{64};
  const std::string token = token_number(1);
  EXPECT_EQ(known.find(token), nullptr);
  known.remember(token, says(1));
  ASSERT_NE(known.find(token), nullptr);
  EXPECT_EQ(known.find(token)->claims.access.user, user_id{1});
  EXPECT_EQ(known.find(token)->key, 1U);
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_EQ(known.find(changed), nullptr) << i;
    EXPECT_EQ(known.find(token.substr(0, i)), nullptr) << i;
    EXPECT_EQ(known.find(token.substr(i + 1)), nullptr) << i;
  }
  EXPECT_EQ(known.find("x" + token), nullptr);
}

TEST(VerifiedTokens, AreBoundedAndTheNewestStay) {
  verified_tokens known{64};
  constexpr std::uint64_t count = 10'000;
  for (std::uint64_t number = 0; number < count; ++number) {
    known.remember(token_number(number), says(number));
    ASSERT_NE(known.find(token_number(number)), nullptr);
  }
  std::size_t kept = 0;
  for (std::uint64_t number = 0; number < count; ++number) {
    const auto* const found = known.find(token_number(number));
    if (found == nullptr) continue;
    EXPECT_EQ(found->claims.access.user, user_id{number});
    ++kept;
  }
  EXPECT_EQ(kept, 64U);
}

TEST(VerifiedTokens, SpreadOverAllPlaces) {
  verified_tokens known{8192};
  for (std::uint64_t number = 0; number < 2048; ++number)
    known.remember(token_number(number), says(number));
  std::size_t kept = 0;
  for (std::uint64_t number = 0; number < 2048; ++number)
    kept += known.find(token_number(number)) != nullptr;
  EXPECT_GT(kept, 2000U); // about one a set of four: few sets have a fifth
}

TEST(VerifiedTokens, AreForgottenTogether) {
  verified_tokens known{64};
  known.remember(token_number(1), says(1));
  known.clear();
  EXPECT_EQ(known.find(token_number(1)), nullptr);
  known.remember(token_number(1), says(1));
  EXPECT_NE(known.find(token_number(1)), nullptr);
}

TEST(VerifiedTokens, AreNotFoundByTextsThatAreTooShort) {
  verified_tokens known{64};
  known.remember(token_number(1), says(1));
  for (const std::string text : {"", ".", "a.b.c", "12345678", "123456789"})
    EXPECT_EQ(known.find(text), nullptr);
}

} // namespace
} // namespace maque::security
