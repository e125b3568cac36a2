#include "security/base64url.hpp"
#include "security/hmac_sha256.hpp"

#include <gtest/gtest.h>

#include <string>

namespace maque::security {
namespace {

std::string to_hex(const hmac_digest& digest) {
  std::string text;
  for (const std::uint8_t byte : digest) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

std::string bytes_from_1_to(int last) {
  std::string bytes;
  for (int i = 1; i <= last; ++i) {
    bytes += static_cast<char>(i);
  }
  return bytes;
}

struct vector {
  std::string key;
  std::string message;
  const char* digest;
};

TEST(HmacSha256, ComputesTheVectorsOfRfc4231) {
  const vector vectors[] = {
      {std::string(20, '\x0B'), "Hi There",
       "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
      {"Jefe", "what do ya want for nothing?",
       "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
      {std::string(20, '\xAA'), std::string(50, '\xDD'),
       "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
      {bytes_from_1_to(25), std::string(50, '\xCD'),
       "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
      {std::string(131, '\xAA'), "Test Using Larger Than Block-Size Key - Hash Key First",
       "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
  };
  for (const auto& [key, message, digest] : vectors) {
    EXPECT_EQ(to_hex(hmac_sha256{key}(message)), digest);
  }
}

TEST(HmacSha256, SignsTheExampleOfRfc7515) {
  const auto key = decode_base64url("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3"
                                    "Yj0iPS4hcgUuTwjAzZr1Z9CAow");
  ASSERT_TRUE(key);
  hmac_sha256 sign{*key};
  EXPECT_EQ(encode_base64url(sign("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
                                  "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
                                  "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ")),
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
}

TEST(HmacSha256, RemembersNothingOfTheMessagesBefore) {
  hmac_sha256 compute{"Jefe"};
  const hmac_digest first = compute("one");
  compute(std::string(1000, 'x'));
  EXPECT_EQ(compute("one"), first);
  EXPECT_NE(compute(""), first);
}

TEST(HmacSha256, CanBeMoved) {
  hmac_sha256 one{"Jefe"};
  const hmac_digest expected = one("message");
  hmac_sha256 other{std::move(one)};
  EXPECT_EQ(other("message"), expected);
  one = hmac_sha256{"another"};
  EXPECT_NE(one("message"), expected);
}

TEST(HmacSha256, DigestsAreEqualOnlyInAllBytes) {
  const hmac_digest digest = hmac_sha256{"Jefe"}("message");
  EXPECT_TRUE(equal(digest, digest));
  for (std::size_t i = 0; i < digest.size(); ++i) {
    hmac_digest other = digest;
    other[i] ^= 1;
    EXPECT_FALSE(equal(digest, other));
  }
}

} // namespace
} // namespace maque::security
