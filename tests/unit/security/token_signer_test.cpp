#include "security/token_signer.hpp"
#include "unit/security/token_tools.hpp"

#include <gtest/gtest.h>

#include <string>

namespace maque::security {
namespace {

signing_key key_of_rfc8037() {
  return {.kid = "AAAAAAAAAAAA",
          .algorithm = key_algorithm::eddsa,
          .access_key =
              secret{decode_base64url("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A").value()},
          .refresh_key = {},
          .device_key = {}};
}

// RFC 8037, appendices A.4 and A.5.
TEST(TokenSigners, SignAndVerifyTheExampleOfRfc8037) {
  const std::string input = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
  const std::string signature =
      "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
  token_signer signer{key_of_rfc8037()};
  EXPECT_EQ(signer.sign(input), signature);
  EXPECT_TRUE(signer.is_genuine(input, signature));
  EXPECT_FALSE(signer.is_genuine(input + "x", signature));
}

// RFC 8037, appendix A.2.
TEST(TokenSigners, HaveThePublicKeyOfRfc8037) {
  const ed25519_key key{key_of_rfc8037().access_key};
  EXPECT_EQ(encode_base64url(key.public_key()), "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
}

TEST(TokenSigners, MakeWhatAnIndependentVerifierMakes) {
  for (const key_algorithm algorithm : {key_algorithm::hs256, key_algorithm::eddsa}) {
    const signing_key key = test::make_key('s', algorithm);
    token_signer signer{key};
    for (const std::size_t length : {0U, 1U, 63U, 64U, 65U, 1000U}) {
      const std::string input(length, 'i');
      EXPECT_EQ(signer.sign(input), encode_base64url(test::signature_of(key, input)));
    }
  }
}

TEST(TokenSigners, RefuseASignatureOfTheWrongLength) {
  for (const key_algorithm algorithm : {key_algorithm::hs256, key_algorithm::eddsa}) {
    token_signer signer{test::make_key('s', algorithm)};
    const std::string signature = signer.sign("input");
    for (std::size_t length = 0; length < signature.size(); ++length) {
      EXPECT_FALSE(signer.is_genuine("input", signature.substr(0, length)));
    }
    EXPECT_FALSE(signer.is_genuine("input", signature + "A"));
    EXPECT_FALSE(signer.is_genuine("input", signature + signature));
  }
}

TEST(TokenSigners, AreNotMadeFromAPrivateKeyOfTheWrongLength) {
  for (const std::size_t length : {0U, 31U, 33U, 64U}) {
    EXPECT_THROW(ed25519_key{secret{std::string(length, 'k')}}, std::invalid_argument);
  }
}

} // namespace
} // namespace maque::security
