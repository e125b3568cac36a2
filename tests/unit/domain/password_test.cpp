#include "domain/common_passwords.hpp"
#include "domain/limits.hpp"
#include "domain/password.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace maque {
namespace {

std::string repeat(const std::string& text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i)
    out += text;
  return out;
}

// The hint of the failure, or "" if it is accepted.
std::string refusal_of(std::string_view text, const char* name = "alice") {
  const auto outcome = validate_password(text, *username::parse(name));
  if (outcome) return {};
  EXPECT_EQ(outcome.error().code, errc::invalid_field);
  EXPECT_EQ(outcome.error().cause, "");
  return outcome.error().hint;
}

TEST(Passwords, Asvs6_2_1_HaveAtLeastEightCharacters) {
  for (const std::string& text : {std::string{}, std::string{"xK4#vQ7"}, repeat("雀", 7)})
    EXPECT_EQ(refusal_of(text), "password: shorter than 8 characters");
  for (const std::string& text : {std::string{"xK4#vQ7p"}, repeat("雀", 8)})
    EXPECT_EQ(refusal_of(text), "");
}

TEST(Passwords, Asvs6_2_9_MayHaveSixtyFourCharactersAndMore) {
  for (const std::string& text : {repeat("ab", 32), repeat("🐦", 64), repeat("🐦", 128)})
    EXPECT_EQ(refusal_of(text), "");
  for (const std::string& text :
       {std::string(129, 'a'), repeat("🐦", 129), std::string(limits::password_bytes + 1, 'a'),
        std::string(1'000'000, 'a')})
    EXPECT_EQ(refusal_of(text), "password: longer than 128 characters");
}

TEST(Passwords, Asvs6_2_5_MayHaveAnyCharacters) {
  for (const std::string& text :
       {std::string{"hjklmvbd"}, std::string{"73914620"}, std::string{"HJKLMVBD"},
        std::string{"        "}, std::string{"麻雀虽小五脏俱全"}, std::string{"a\tb\nc\x1B d"},
        std::string{"nul\0inside", 10}, std::string{"e\u0301e\u0301e\u0301e\u0301"}})
    EXPECT_EQ(refusal_of(text), "") << text;
}

TEST(Passwords, AreUtf8) {
  for (const char* const text :
       {"abcdefg\xFF", "\xC0\x80_more_than_eight", "\xED\xA0\x80_more_than_8"})
    EXPECT_EQ(refusal_of(text), "password: not valid UTF-8");
}

TEST(Passwords, Asvs6_2_4_AreNoneOfTheMostCommonOnes) {
  EXPECT_GE(common_passwords().size(), 3'000U);
  for (const char* const text :
       {"password", "12345678", "PASSWORD", "PassWord", "qwertyuiop", "!qaz2wsx", "iloveyou"})
    EXPECT_EQ(refusal_of(text), "password: among the most common ones") << text;
}

TEST(CommonPasswords, AreAllFoundInAnyCase) {
  for (const std::string_view each : common_passwords()) {
    std::string upper{each};
    std::ranges::transform(upper, upper.begin(), [](char c) {
      return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    EXPECT_TRUE(is_common_password(each)) << each;
    EXPECT_TRUE(is_common_password(upper)) << upper;
    EXPECT_GE(each.size(), limits::password_code_points_min) << "never asked for";
  }
}

TEST(CommonPasswords, AreTheWholeText) {
  for (const char* const text :
       {"", "passwor", "password\xC3\xA4", "my password", "zzzzzzzzzzzzzzzzzzzzzzzzz", "\xFF"})
    EXPECT_FALSE(is_common_password(text)) << text;
}

TEST(Passwords, AreNotTheUsername) {
  for (const char* const text : {"alice.wonder", "ALICE.wonder"})
    EXPECT_EQ(refusal_of(text, "Alice.Wonder"), "password: the same as the username");
  EXPECT_EQ(refusal_of("alice.wonder1", "Alice.Wonder"), "");
  EXPECT_TRUE(validate_password("alice.wonder", username{}));
}

} // namespace
} // namespace maque
