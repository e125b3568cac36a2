#include "security/access_token.hpp"
#include "unit/security/token_tools.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace maque::security {
namespace {

// That nothing is accepted but the token itself (ASVS 9.1.1). The codec remembers the valid one, as
// a lane does that has just served it: nothing else must be taken for it.
class TokenMutations : public ::testing::TestWithParam<key_algorithm> {
protected:
  TokenMutations() { EXPECT_TRUE(codec.verify(valid, test::now)); }

  void expect_refusal(const std::string& token) {
    if (token == valid) return;
    const auto claims = codec.verify(token, test::now);
    ASSERT_FALSE(claims) << token;
    ASSERT_EQ(claims.error().code, errc::unauthenticated) << token;
  }

  std::string part(std::size_t which) const {
    const std::size_t first = valid.find('.');
    const std::size_t second = valid.find('.', first + 1);
    if (which == 0) return valid.substr(0, first);
    return which == 1 ? valid.substr(first + 1, second - first - 1) : valid.substr(second + 1);
  }

  std::string with_part(std::size_t which, const std::string& other) const {
    return (which == 0 ? other : part(0)) + "." + (which == 1 ? other : part(1)) + "." +
           (which == 2 ? other : part(2));
  }

  signing_key key = test::make_key('k', GetParam());
  access_token_codec codec{key, test::issuer, test::audience};
  const std::string valid = codec.sign(test::make_claims());
};

TEST_P(TokenMutations, Asvs9_1_1_OfAnyCharacterAreRefused) {
  for (std::size_t i = 0; i < valid.size(); ++i) {
    for (int c = 0; c < 256; ++c) {
      std::string changed = valid;
      changed[i] = static_cast<char>(c);
      expect_refusal(changed);
    }
  }
}

TEST_P(TokenMutations, Asvs9_1_1_OfAnyBitOfAnyPartAreRefused) {
  for (const std::size_t which : {0U, 1U, 2U}) {
    const std::string bytes = decode_base64url(part(which)).value();
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      std::string flipped = bytes;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ 1 << bit % 8);
      expect_refusal(with_part(which, encode_base64url(flipped)));
    }
  }
}

TEST_P(TokenMutations, Asvs9_1_1_ThatLoseOrAddACharacterAreRefused) {
  for (std::size_t i = 0; i <= valid.size(); ++i) {
    for (const char added : {'A', '.', '=', ' ', '\0'}) {
      expect_refusal(valid.substr(0, i) + added + valid.substr(i));
    }
    if (i == valid.size()) break;
    expect_refusal(valid.substr(0, i));
    expect_refusal(valid.substr(i + 1));
    expect_refusal(valid.substr(0, i) + valid.substr(i + 1));
  }
}

// base64url: one accepted form for each byte string.
TEST_P(TokenMutations, AreRefusedWithPaddingAnywhereAndWithStrayBits) {
  for (const std::size_t which : {0U, 1U, 2U}) {
    for (const char* padding : {"=", "==", "===", "%3D", "\n"}) {
      expect_refusal(with_part(which, part(which) + padding));
    }
    if (decode_base64url(part(which))->size() % 3 == 0) continue;
    // The other characters that differ from the last one in bits that decode to nothing.
    std::string stray = part(which);
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const std::size_t value = alphabet.find(stray.back());
    for (std::size_t bits = 1; bits < 4; ++bits) {
      stray.back() = alphabet[value ^ bits];
      expect_refusal(with_part(which, stray));
    }
  }
}

// An S that is larger by the order of the group verifies, too, unless it is looked at (RFC 8032,
// 5.1.7).
TEST_P(TokenMutations, OfTheScalarByTheOrderOfTheGroupAreRefused) {
  constexpr unsigned char order[32] = {0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58,
                                       0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE, 0x14,
                                       0,    0,    0,    0,    0,    0,    0,    0,
                                       0,    0,    0,    0,    0,    0,    0,    0x10};
  std::string signature = decode_base64url(part(2)).value();
  const std::size_t scalar = signature.size() - 32;
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += static_cast<unsigned char>(signature[scalar + i]) + order[i];
    signature[scalar + i] = static_cast<char>(carry);
    carry >>= 8;
  }
  expect_refusal(with_part(2, encode_base64url(signature)));
}

std::string mutate(std::string token, std::mt19937_64& random) {
  const auto below = [&random](std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>{0, bound - 1}(random);
  };
  for (std::size_t edits = 1 + below(4); edits > 0; --edits) {
    const std::size_t at = below(token.size());
    const std::size_t length = 1 + below(8);
    switch (below(6)) {
    case 0:
      token[at] = static_cast<char>(below(256));
      break;
    case 1:
      token.erase(at, length);
      break;
    case 2:
      token.insert(at, length, static_cast<char>(below(256)));
      break;
    case 3:
      token.insert(at, token, below(token.size()), length);
      break;
    case 4:
      token[at] = static_cast<char>(token[at] ^ 1 << below(8));
      break;
    default:
      std::swap(token[at], token[below(token.size())]);
      break;
    }
    if (token.empty()) token = ".";
  }
  return token;
}

TEST_P(TokenMutations, Asvs9_1_1_AHundredThousandAtRandomAreRefused) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  RecordProperty("seed", std::to_string(seed));
  std::mt19937_64 random{seed};
  for (int i = 0; i < 100'000; ++i) {
    expect_refusal(mutate(valid, random));
    if (HasFatalFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(OfBothAlgorithms, TokenMutations,
                         ::testing::Values(key_algorithm::hs256, key_algorithm::eddsa),
                         [](const auto& tested) { return std::string{to_string(tested.param)}; });

} // namespace
} // namespace maque::security
