#include "security/base64url.hpp"
#include "security/random.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace maque::security {
namespace {

using namespace std::string_literals;

std::optional<std::string> decode_public(std::string_view text) {
  std::vector<std::uint8_t> out(base64url_decoded_size(text.size()));
  if (!decode_public_base64url(text, out)) return std::nullopt;
  return std::string{out.begin(), out.end()};
}

TEST(Base64url, EncodesAndDecodesTheVectorsOfRfc4648) {
  const std::pair<std::string, std::string> vectors[] = {
      {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
      {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xFB\xFF\xFE"s, "-__-"},
      {"\0"s, "AA"},      {"\0\0"s, "AAA"},
  };
  for (const auto& [bytes, text] : vectors) {
    EXPECT_EQ(encode_base64url(bytes), text);
    EXPECT_EQ(decode_base64url(text), bytes);
    EXPECT_EQ(decode_public(text), bytes);
  }
}

TEST(Base64url, RefusesEveryFormButTheCanonicalOne) {
  for (const std::string& text :
       {"Z"s, "Zm9vZ"s, "Zg=="s, "Zg="s, "Zm8="s, "Zh"s, "Zm9"s, "-__-="s, "+//+"s, "Zm9v "s,
        " Zm9v"s, "Zm 9v"s, "Zm9v\n"s, "Zm9v\0"s, "Zm9v\0AAA"s, "Zm9\x80"s, "Zm.v"s, "===="s}) {
    EXPECT_EQ(decode_base64url(text), std::nullopt) << testing::PrintToString(text);
    EXPECT_EQ(decode_public(text), std::nullopt) << testing::PrintToString(text);
  }
}

// Two decoders, one opinion: on every text of up to two bytes, and behind a whole group too.
TEST(Base64url, DecodersAgreeAndAcceptOnlyWhatTheEncoderMakes) {
  const auto check = [](const std::string& text) {
    const auto decoded = decode_base64url(text);
    ASSERT_EQ(decode_public(text), decoded) << testing::PrintToString(text);
    if (decoded) {
      ASSERT_EQ(encode_base64url(*decoded), text);
    }
  };
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string pair{static_cast<char>(first), static_cast<char>(second)};
      check(pair);
      check("A" + pair);
      check("Zm" + pair);
    }
  }
}

TEST(Base64url, CarriesAnyBytesThereAndBack) {
  for (std::size_t size = 0; size < 300; ++size) {
    std::string bytes(size, '\0');
    fill_random({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
    const std::string text = encode_base64url(bytes);
    ASSERT_EQ(base64url_decoded_size(text.size()), size);
    ASSERT_EQ(decode_base64url(text), bytes);
    ASSERT_EQ(decode_public(text), bytes);
  }
}

} // namespace
} // namespace maque::security
