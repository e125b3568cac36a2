#include "security/base64url.hpp"
#include "security/device_token.hpp"
#include "unit/security/token_tools.hpp"

#include <gtest/gtest.h>

namespace maque::security {
namespace {

class DeviceTokens : public ::testing::Test {
protected:
  std::optional<device_id> decode(std::string_view text, std::string_view name = "alice") {
    return decode_device_token(text, name, ring, test::now);
  }

  const device_id device = random_device();
  const signing_key key = test::make_key();
  const shared_key_ring shared = make_key_ring(key);
  const key_ring& ring = *shared;
  const std::string valid = encode_device_token(device, "alice", ring, test::now);

private:
  static device_id random_device() {
    device_id made{};
    made.fill(0xFE); // So that '-' or '_' is among the characters.
    return made;
  }
};

TEST_F(DeviceTokens, Asvs7_2_3_Have128Bits) {
  EXPECT_EQ(sizeof(device_id) * 8, 128U);
  EXPECT_EQ(decode_base64url(valid)->size(), 1U + 16U + 32U);
}

TEST_F(DeviceTokens, AreForTheNameTheyWereMadeFor) {
  EXPECT_EQ(decode(valid), device);
  for (const char* other : {"", "alic", "alice ", "Alice", "bob"})
    EXPECT_FALSE(decode(valid, other)) << other;
}

TEST_F(DeviceTokens, AreRefusedWhenAnyBitIsFlipped) {
  const std::string bytes = decode_base64url(valid).value();
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
    EXPECT_FALSE(decode(encode_base64url(flipped))) << bit;
  }
}

TEST_F(DeviceTokens, AreRefusedAtEveryOtherLengthAndInAnotherSpelling) {
  for (std::size_t length = 0; length < valid.size(); ++length)
    EXPECT_FALSE(decode(valid.substr(0, length)));
  EXPECT_FALSE(decode(valid + "A"));
  EXPECT_FALSE(decode(valid + "="));
  EXPECT_FALSE(decode(" " + valid.substr(1)));
}

// The bytes and the name are not to be cut in another place.
TEST_F(DeviceTokens, AreMadeOfAllOfTheirParts) {
  const std::string bytes = decode_base64url(valid).value();
  const std::string message = bytes.substr(0, 17);
  const auto with = [&](const std::string& name, const secret& with_key) {
    return encode_base64url(message + test::hmac(with_key.reveal(), message + name));
  };
  EXPECT_EQ(with("alice", key.device_key), valid);
  EXPECT_FALSE(decode(with("alice", key.refresh_key)));
  EXPECT_FALSE(decode(with("", key.device_key)));
}

TEST_F(DeviceTokens, OfAnotherServerAreRefused) {
  const auto other = make_key_ring(test::make_key('x'));
  EXPECT_FALSE(decode(encode_device_token(device, "alice", *other, test::now)));
}

TEST_F(DeviceTokens, OfAnotherVersionAreRefused) {
  std::string message = decode_base64url(valid)->substr(0, 17);
  message[0] = 2;
  EXPECT_FALSE(
      decode(encode_base64url(message + test::hmac(key.device_key.reveal(), message + "alice"))));
}

} // namespace
} // namespace maque::security
