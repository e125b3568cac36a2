#include "domain/text.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace maque {
namespace {

using namespace std::string_literals;

// What RFC 3629, section 3 says, done the other way round.
std::string encode_utf8(std::uint32_t code_point) {
  const auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
  const auto rest = [&](int shift) { return byte(0x80 | (code_point >> shift & 0x3F)); };
  if (code_point < 0x80) return {byte(code_point)};
  if (code_point < 0x800) return {byte(0xC0 | code_point >> 6), rest(0)};
  if (code_point < 0x10000) return {byte(0xE0 | code_point >> 12), rest(6), rest(0)};
  return {byte(0xF0 | code_point >> 18), rest(12), rest(6), rest(0)};
}

TEST(Utf8, CountsEveryScalarValueAsOneAndRefusesTheRest) {
  for (std::uint32_t code_point = 0; code_point < 0x120000; ++code_point) {
    const bool is_surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
    const bool is_scalar = code_point <= 0x10FFFF && !is_surrogate;
    const auto expected = is_scalar ? std::optional<std::size_t>{1} : std::nullopt;
    ASSERT_EQ(count_code_points(encode_utf8(code_point)), expected) << std::hex << code_point;
  }
}

TEST(Utf8, CountsCodePointsAndNotBytes) {
  EXPECT_EQ(count_code_points(""), 0U);
  EXPECT_EQ(count_code_points("sparrow"), 7U);
  EXPECT_EQ(count_code_points("麻雀"), 2U);
  EXPECT_EQ(count_code_points("a麻é🐦"), 4U);
  EXPECT_EQ(count_code_points("\0\0"s), 2U);
}

TEST(Utf8, RefusesWhatIsMalformed) {
  const std::string malformed[] = {
      "\x80"s,             // a continuation without a beginning
      "a\xBF"s,            //
      "\xC0\x80"s,         // overlong
      "\xC1\xBF"s,         //
      "\xE0\x9F\xBF"s,     //
      "\xF0\x8F\xBF\xBF"s, //
      "\xED\xA0\x80"s,     // surrogates
      "\xED\xBF\xBF"s,     //
      "\xF4\x90\x80\x80"s, // above U+10FFFF
      "\xF5\x80\x80\x80"s, //
      "\xFE"s,             //
      "\xFF"s,             //
      "\xC3"s,             // cut
      "\xE9\xBA"s,         //
      "\xF0\x9F\x90"s,     //
      "\xE9\xBAz"s,        // interrupted
      "\xC3\xC3"s,         //
      "\xF0\x9F\x90z"s,    //
  };
  for (const std::string& text : malformed) {
    EXPECT_EQ(count_code_points(text), std::nullopt) << testing::PrintToString(text);
    EXPECT_EQ(count_code_points("ok " + text), std::nullopt) << testing::PrintToString(text);
  }
}

TEST(ControlCharacters, AreFoundInEveryRange) {
  for (std::uint32_t code_point = 0; code_point < 0x300; ++code_point) {
    const bool expected = code_point < 0x20 || (code_point >= 0x7F && code_point <= 0x9F);
    EXPECT_EQ(has_control_characters("a" + encode_utf8(code_point) + "b"), expected)
        << std::hex << code_point;
  }
}

TEST(DeceptiveCharacters, AreFoundInEveryRange) {
  const auto within = [](std::uint32_t value, std::uint32_t first, std::uint32_t last) {
    return value >= first && value <= last;
  };
  for (std::uint32_t code_point = 0x2000; code_point < 0x2100; ++code_point) {
    const bool expected = code_point == 0x200B || within(code_point, 0x200E, 0x200F) ||
                          within(code_point, 0x2028, 0x202E) || within(code_point, 0x2060, 0x206F);
    EXPECT_EQ(has_deceptive_characters("a" + encode_utf8(code_point)), expected)
        << std::hex << code_point;
  }
  EXPECT_TRUE(has_deceptive_characters(encode_utf8(0xFEFF)));
  for (const char* text : {"", "麟", "🐦", "👩‍💻", "\xE2\x80", "ＡＢ"})
    EXPECT_FALSE(has_deceptive_characters(text)) << text;
}

TEST(ControlCharacters, AreNotSeenInsideOtherCharacters) {
  // 麟 is E9 BA 9F: its last byte alone would be a C1 character.
  EXPECT_FALSE(has_control_characters("麟"));
  EXPECT_FALSE(has_control_characters("🐦"));
  EXPECT_FALSE(has_control_characters(""));
  EXPECT_FALSE(has_control_characters("\xC2"));
}

} // namespace
} // namespace maque
