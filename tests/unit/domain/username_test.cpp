#include "domain/username.hpp"

#include <gtest/gtest.h>

#include <string>

namespace maque {
namespace {

TEST(Usernames, AreKeptInLowerCase) {
  for (const auto& [given, kept] : {std::pair{"abc", "abc"},
                                    {"Alice.B", "alice.b"},
                                    {"0_a-b+c@EXAMPLE.com", "0_a-b+c@example.com"}}) {
    const auto name = username::parse(given);
    ASSERT_TRUE(name) << given;
    EXPECT_EQ(name->text(), kept);
  }
  EXPECT_EQ(*username::parse("Alice"), *username::parse("aLICE"));
  EXPECT_NE(*username::parse("alice"), *username::parse("alices"));
}

TEST(Usernames, Asvs2_2_1_AreRefusedOutsideOfTheirRules) {
  const std::string allowed_only =
      "username: may have letters from A to Z, digits and . _ @ + - only";
  const std::string first = "username: must begin with a letter or digit";
  const std::pair<std::string, std::string> table[] = {
      {"", "username: shorter than 3 characters"},
      {"ab", "username: shorter than 3 characters"},
      {std::string(65, 'a'), "username: longer than 64 characters"},
      {"a b", allowed_only},
      {" ab", allowed_only},
      {"ab\n", allowed_only},
      {std::string{"ab\0", 3}, allowed_only},
      {"a'or", allowed_only},
      {"麻雀", allowed_only},
      {"ａｂｃ", allowed_only},
      {"a/../b", allowed_only},
      {".abc", first},
      {"_abc", first},
      {"@abc", first},
      {"+abc", first},
      {"-abc", first},
  };
  for (const auto& [text, hint] : table) {
    const auto name = username::parse(text);
    ASSERT_FALSE(name) << text;
    EXPECT_EQ(name.error().code, errc::invalid_field);
    EXPECT_EQ(name.error().hint, hint) << text;
  }
}

TEST(Usernames, MayHaveThreeToSixtyFourCharacters) {
  EXPECT_TRUE(username::parse("a-1"));
  EXPECT_TRUE(username::parse(std::string(64, 'a')));
}

} // namespace
} // namespace maque
