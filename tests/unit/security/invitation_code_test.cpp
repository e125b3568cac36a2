#include "security/base64url.hpp"
#include "security/invitation_code.hpp"
#include "security/random.hpp"

#include <gtest/gtest.h>

#include <set>

namespace maque::security {
namespace {

TEST(InvitationCodes, Asvs7_2_3_Have128RandomBits) {
  initialize();
  constexpr std::size_t made = 1'000;
  std::set<std::string> codes;
  std::string ever_set(16, '\0');
  std::string ever_clear(16, '\0');
  for (std::size_t count = 0; count < made; ++count) {
    const std::string code = make_invitation_code();
    codes.insert(code);
    const auto bytes = decode_base64url(code);
    ASSERT_TRUE(bytes);
    ASSERT_EQ(bytes->size(), 16U);
    for (std::size_t i = 0; i < 16; ++i) {
      ever_set[i] = static_cast<char>(ever_set[i] | (*bytes)[i]);
      ever_clear[i] = static_cast<char>(ever_clear[i] | ~(*bytes)[i]);
    }
  }
  EXPECT_EQ(codes.size(), made);
  // Each bit was 1 once and 0 once; that one isn't has a probability of 2^-992.
  EXPECT_EQ(ever_set, std::string(16, '\xFF'));
  EXPECT_EQ(ever_clear, std::string(16, '\xFF'));
}

TEST(InvitationCodes, AreHashedAsTheyAreWritten) {
  const auto hash = hash_invitation_code("a code");
  // printf 'a code' | openssl dgst -sha256 -binary | basenc --base64url
  EXPECT_EQ(encode_base64url(hash), "N0nLSO5ujdZzgBL8Rc2r2iGczBocRrZSXQ8gcqZdkOQ");
  EXPECT_NE(hash, hash_invitation_code("A code"));
  EXPECT_NE(hash, hash_invitation_code("a code "));
  EXPECT_NE(hash, hash_invitation_code(""));
}

} // namespace
} // namespace maque::security
