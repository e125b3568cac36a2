#include "security/api_key.hpp"
#include "security/base64url.hpp"
#include "security/random.hpp"

#include <gtest/gtest.h>

#include <set>

namespace maque::security {
namespace {

const std::string zero_key = "mqk_" + std::string(43, 'A');

TEST(ApiKeyTexts, Asvs11_5_1_Have256RandomBits) {
  initialize();
  constexpr std::size_t made = 1'000;
  std::set<std::string> keys;
  std::string ever_set(32, '\0');
  std::string ever_clear(32, '\0');
  for (std::size_t count = 0; count < made; ++count) {
    const std::string key = make_api_key();
    EXPECT_TRUE(looks_like_api_key(key)) << key;
    keys.insert(key);
    const auto bytes = decode_base64url(key.substr(4));
    ASSERT_TRUE(bytes);
    ASSERT_EQ(bytes->size(), 32U);
    for (std::size_t i = 0; i < 32; ++i) {
      ever_set[i] = static_cast<char>(ever_set[i] | (*bytes)[i]);
      ever_clear[i] = static_cast<char>(ever_clear[i] | ~(*bytes)[i]);
    }
  }
  EXPECT_EQ(keys.size(), made);
  // Each bit was 1 once and 0 once.
  EXPECT_EQ(ever_set, std::string(32, '\xFF'));
  EXPECT_EQ(ever_clear, std::string(32, '\xFF'));
}

TEST(ApiKeyTexts, AreToldFromOtherTokens) {
  EXPECT_TRUE(looks_like_api_key(zero_key));
  for (const std::string& other :
       {std::string{}, std::string{"mqk_"}, zero_key + "A", zero_key.substr(0, 46),
        "MQK_" + std::string(43, 'A'), "mqx_" + std::string(43, 'A'),
        "mqk_" + std::string(42, 'A') + ".", "mqk_" + std::string(42, 'A') + "=",
        "mqk_" + std::string(42, 'A') + '\0'})
    EXPECT_FALSE(looks_like_api_key(other)) << other;
}

TEST(ApiKeyTexts, AreHashedAsTheyAreWritten) {
  // printf 'mqk_AAA…' | openssl dgst -sha256 -binary | basenc --base64url
  EXPECT_EQ(encode_base64url(hash_api_key(zero_key)),
            "5EBW21yGbflkU_khziuyzPkpR5CutkDsBXo0rfwZido");
  EXPECT_NE(hash_api_key(zero_key), hash_api_key(zero_key.substr(4)));
}

} // namespace
} // namespace maque::security
