#include "http/json_writer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace maque::http {
namespace {

std::string json_of(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

/// RFC 8259, section 7: what has to be escaped, and how it is here.
std::string escaped(char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  switch (c) {
  case '"':
    return "\\\"";
  case '\\':
    return "\\\\";
  case '\n':
    return "\\n";
  case '\r':
    return "\\r";
  case '\t':
    return "\\t";
  default:
    if (static_cast<unsigned char>(c) >= 0x20) return {c};
    return {'\\', 'u', '0', '0', digits[static_cast<unsigned char>(c) >> 4], digits[c & 15]};
  }
}

TEST(JsonString, EscapesWhatHasToBeWhereverItStands) {
  for (int value = 0; value < 0x100; ++value) {
    const char c = static_cast<char>(value);
    for (std::size_t before = 0; before < 18; ++before) {
      const std::string left(before, '\x7F'), right(17 - before, ' ');
      ASSERT_EQ(json_of(left + c + right), '"' + left + escaped(c) + right + '"')
          << value << " at " << before;
    }
  }
}

TEST(JsonString, EscapesManyInARow) {
  EXPECT_EQ(json_of("\"\"\\\\\n\n"), R"("\"\"\\\\\n\n")");
  EXPECT_EQ(json_of(""), R"("")");
  EXPECT_EQ(json_of("a\"bcdefgh\"ijklmnopq\\"), R"("a\"bcdefgh\"ijklmnopq\\")");
}

TEST(JsonProfile, HasWhatOthersSee) {
  std::string json;
  append_public_profile(json, {{UINT64_MAX}, "麻雀 \"1\"", "https://example.com/1.png"});
  EXPECT_EQ(json, R"({"id":"18446744073709551615","nickname":"麻雀 \"1\"",)"
                  R"("avatar_url":"https://example.com/1.png"})");
}

} // namespace
} // namespace maque::http
