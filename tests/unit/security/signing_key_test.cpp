#include "security/signing_key.hpp"
#include "unit/security/token_tools.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace maque::security {
namespace {

// RFC 5869 for outputs of up to 32 bytes, without salt.
std::string hkdf(const std::string& input, const std::string& info, std::size_t size) {
  const std::string pseudorandom_key = test::hmac(std::string(32, '\0'), input);
  return test::hmac(pseudorandom_key, info + '\x01').substr(0, size);
}

TEST(SigningKeys, AreDerivedWithHkdf) {
  const std::string master = "an example of a master secret, 1";
  const auto key = derive_signing_key(secret{master});
  ASSERT_TRUE(key);
  EXPECT_EQ(key->access_key.reveal(), hkdf(master, "maque v1 access token", 32));
  EXPECT_EQ(key->refresh_key.reveal(), hkdf(master, "maque v1 refresh token", 32));
  EXPECT_EQ(key->kid, encode_base64url(hkdf(master, "maque v1 key id", 9)));
  EXPECT_EQ(key->sealing.key.reveal(), hkdf(master, "maque v1 sealing key", 32));
  EXPECT_EQ(key->sealing.id, hkdf(master, "maque v1 sealing key id", 8));
}

TEST(SigningKeys, HaveNothingInCommon) {
  std::set<std::string> seen;
  for (const char fill : {'a', 'b', 'c'}) {
    const auto key = test::make_key(fill);
    seen.insert({key.kid, key.access_key.reveal(), key.refresh_key.reveal(),
                 key.sealing.key.reveal(), key.sealing.id});
    EXPECT_EQ(key.kid.size(), 12U);
    EXPECT_EQ(key.access_key.reveal().size(), 32U);
    EXPECT_EQ(key.refresh_key.reveal().size(), 32U);
  }
  EXPECT_EQ(seen.size(), 15U);
}

TEST(SigningKeys, SealTheSameWhateverTheirAlgorithm) {
  const secret master{std::string(32, 'm')};
  const auto alone = derive_sealing_key(master);
  ASSERT_TRUE(alone);
  for (const auto algorithm : {key_algorithm::hs256, key_algorithm::eddsa}) {
    const auto key = derive_signing_key(master, algorithm);
    EXPECT_EQ(key->sealing.id, alone->id);
    EXPECT_EQ(key->sealing.key.reveal(), alone->key.reveal());
  }
  EXPECT_FALSE(derive_sealing_key(secret{std::string(31, 'm')}));
}

TEST(SigningKeys, DependOnTheWholeMasterSecret) {
  const std::string master(64, 'm');
  const auto key = derive_signing_key(secret{master});
  for (const std::size_t i : {0U, 31U, 32U, 63U}) {
    std::string other = master;
    other[i] = 'n';
    EXPECT_NE(derive_signing_key(secret{other})->access_key.reveal(), key->access_key.reveal());
  }
}

TEST(SigningKeys, AreRefusedIfTheMasterSecretIsShort) {
  for (const std::size_t size : {0U, 1U, 31U}) {
    const auto key = derive_signing_key(secret{std::string(size, 'k')});
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().code, errc::invalid_field);
    EXPECT_EQ(key.error().cause, "the master secret has fewer than 32 bytes");
  }
}

} // namespace
} // namespace maque::security
