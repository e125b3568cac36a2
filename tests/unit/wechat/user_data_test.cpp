#include "domain/limits.hpp"
#include "support/wechat_cipher.hpp"
#include "wechat/user_data.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace maque::wechat {
namespace {

using maque::test::encrypt_blocks;
using maque::test::encrypt_user_data;
using maque::test::from_base64;
using maque::test::to_base64;

// The sample of WeChat's page "Signature verification, encryption and decryption".
const std::string appid = "wx4f4bc4dec97d474b";
const secret session_key{"tiihtNczf5v6AKRyjwEUhQ=="};
const std::string iv = "r7BXXKkLb8qrSNn05n0qiA==";
const std::string sample =
    "CiyLU1Aw2KjvrjMdj8YKliAjtP4gsMZMQmRzooG2xrDcvSnxIMXFufNstNGTyaGS9uT5geRa0W4oTOb1WT7fJlAC+oNPdb"
    "B+3hVbJSRgv+4lGOETKUQz6OYStslQ142dNCuabNPGBzlooOmB231qMM85d2/fV6ChevvXvQP8Hkue1poOFtnEtpyxVLW1"
    "zAo6/1Xx1COxFvrc2d7UL/lmHInNlxuacJXwu0fjpXfz/YqYzBIBzD6WUfTIF9GRHpOn/Hz7saL8xz+W//FRAUid1OksQa"
    "Qx4CMs8LOddcQhULW4ucetDf96JcR3g0gfRK4PC7E/r7Z6xNrXd2UIeorGj5Ef7b1pJAYB6Y5anaHqZ9J6nKEBvB4DnNLI"
    "VWSgARns/8wR2SiRS7MNACwTyrGvt9ts8p12PKFdlqYTopNHR1Vf7XjfhQlVsAJdNiKdYmYVoKlaRv85IfVunYzO0IKXsy"
    "l7JCUjCpoG20f0a04COwfneQAGGwd5oa+T8yO5hzuyDb/XcxxmK01EpqOyuxINew==";
const std::string watermark =
    R"("watermark":{"timestamp":1477314187,"appid":"wx4f4bc4dec97d474b"})";

std::string encrypt(const std::string& plain) {
  return encrypt_user_data(plain, session_key.reveal(), iv);
}

/// Whole blocks, with whatever padding they have.
std::string encrypt_raw(const std::string& blocks) {
  return to_base64(encrypt_blocks(blocks, from_base64(session_key.reveal()), from_base64(iv)));
}

/// One and the same error, whatever was wrong, and it tells nothing.
void expect_refusal(const std::string& data, const std::string& vector = iv,
                    const std::string& ours = appid, const secret& key = session_key) {
  const auto decrypted = decrypt_user_data(data, vector, key, ours);
  ASSERT_FALSE(decrypted) << *decrypted;
  EXPECT_EQ(decrypted.error().code, errc::bad_encrypted_data);
  EXPECT_EQ(decrypted.error().hint, "");
  EXPECT_EQ(decrypted.error().cause, "");
  EXPECT_FALSE(decrypted.error().retry_after);
}

TEST(UserData, IsWhatThePublishedSampleSays) {
  const auto decrypted = decrypt_user_data(sample, iv, session_key, appid);
  ASSERT_TRUE(decrypted);
  const auto object = nlohmann::json::parse(*decrypted);
  EXPECT_EQ(object.at("openId"), "oGZUI0egBJY1zhBYw2KhdUfwVJJE");
  EXPECT_EQ(object.at("nickName"), "Band");
  EXPECT_EQ(object.at("unionId"), "ocMvos6NjeKLIBqg5Mr9QjxrP1FA");
  EXPECT_EQ(object.at("watermark").at("timestamp"), 1477314187);
}

struct vector_of_openssl {
  std::string plain;
  std::string encrypted;
};

// Made with `openssl enc -aes-128-cbc`.
TEST(UserData, IsWhatAnotherProgramEncrypted) {
  const std::vector<vector_of_openssl> vectors{
      {R"({"phoneNumber":"13580006666","purePhoneNumber":"13580006666","countryCode":"86",)" +
           watermark + "}",
       "xT8p8W6jIVdEWQ+ccHuD2bmG5RSiwg14VWRFw/UGVh6Aj+jDIadafJ4xdCIBQ/uxDiyw/"
       "MZWvpFyRn3pP3xxVfNQxFtz"
       "ghvK+Pj5JQI7x412Zc+UKBdZyt5yiQboroSxabTum1k4MMOlnoCxhJ46cxPDT2EuLbNUf2McwNtGO0/9E+Xj/"
       "ZwENw48"
       "ucueL3UqNoKpXxFYvqH6eawrR2MXnA=="},
      {R"({"n":"麻雀 🐦",)" + watermark + "}",
       "t4rZtYI09hysStxMq8N0IiS/77vixpOgBW4WkRQ5+pPGQ0gaWoUUXhdIz/"
       "CsCCpPTtIwCT4fYKwGEsnQIV9D37WlrFa2"
       "R0WRAiuvMwHjKZ5xn8vkFq73N+VNDvkUFo1l"},
      {R"({"n":"xxxxxx",)" + watermark + "}", // A whole block of padding.
       "omuq5sJBX3tPkFhEJnhZp+vN6JAMEaZO0KfgVXJRKB3EZnSBJdSMij8WtRqM6l4SPL5tlC6Dx+"
       "ivO4EPCG1X5HrgKKQQ"
       "3A7IBGa1GrAATbNjUdidO4IrZtdhO7ce8/tT"},
      {R"({"n":"xxxxxxx",)" + watermark + "}", // 15 bytes
       "Zr2kl1grFEPn+"
       "Te2u9InMDI3xOYgyQK6FrVM7uZtDZv9pT0GLZneesd4TGo3K5Re0AgEaxgvLi3eJPL36MEOQApbOrYg"
       "cokBQOn/OAnUvcSjjWlBKopvwkLOXk58piNE"},
      {R"({"n":"xxxxx",)" + watermark + "}", // 1 byte
       "GfN5zdZVOYl6Ag1KZennYGl+ws1C9qqd7/"
       "DsWlcB6KHnR7cadA5FDPn82guPNmGWMof7WIYsC5EnrOFfplH2v7hNLhRZ"
       "/94Ve8xFKvKuNpQ="}};
  for (const auto& [plain, encrypted] : vectors) {
    EXPECT_EQ(decrypt_user_data(encrypted, iv, session_key, appid).value_or("refused"), plain);
    EXPECT_EQ(encrypt(plain), encrypted); // What the tests below make is of the same kind.
  }
}

TEST(UserData, ComesBackWhateverItsLength) {
  for (std::size_t size = 0; size <= 100; ++size) {
    const std::string plain = R"({"x":")" + std::string(size, 'x') + "\"," + watermark + "}";
    EXPECT_EQ(decrypt_user_data(encrypt(plain), iv, session_key, appid).value_or("refused"), plain);
  }
}

TEST(UserData, IsRefusedWithAnyByteFlipped) {
  const std::string bytes = from_base64(sample);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = bytes;
      flipped[i] = static_cast<char>(flipped[i] ^ 1 << bit);
      expect_refusal(to_base64(flipped));
    }
}

TEST(UserData, IsRefusedWithAnyCharacterChanged) {
  for (std::size_t i = 0; i < sample.size(); i += 7)
    for (int value = 0; value < 256; ++value) {
      std::string changed = sample;
      changed[i] = static_cast<char>(value);
      if (changed != sample) expect_refusal(changed);
    }
  for (const std::size_t last : {1U, 2U, 3U, 4U})
    for (int value = 0; value < 256; ++value) {
      std::string changed = sample;
      changed[sample.size() - last] = static_cast<char>(value);
      if (changed != sample) expect_refusal(changed);
    }
}

TEST(UserData, IsRefusedWhenItIsCutOrContinued) {
  for (std::size_t size = 0; size < sample.size(); ++size)
    expect_refusal(sample.substr(0, size));
  const std::string bytes = from_base64(sample);
  for (std::size_t size = 16; size < bytes.size(); size += 16) {
    expect_refusal(to_base64(bytes.substr(0, size)));
    expect_refusal(to_base64(bytes.substr(size)));
  }
  expect_refusal(sample + sample);
  expect_refusal(to_base64(bytes + bytes));
  expect_refusal(std::string(limits::encrypted_data_bytes + 4, 'A'));
}

// CBC: the iv is no more than the block before the first one, and WeChat authenticates nothing.
TEST(UserData, IsTheSameBehindItsFirstBlockWhateverTheIv) {
  const std::string good = decrypt_user_data(sample, iv, session_key, appid).value();
  for (std::size_t i = 0; i < 16; ++i)
    for (int value = 0; value < 256; ++value) {
      std::string other = from_base64(iv);
      other[i] = static_cast<char>(value);
      const auto decrypted = decrypt_user_data(sample, to_base64(other), session_key, appid);
      if (!decrypted)
        expect_refusal(sample, to_base64(other));
      else
        EXPECT_EQ(decrypted->substr(decrypted->size() - (good.size() - 16)), good.substr(16));
    }
  for (const std::string& bad :
       {std::string{}, iv.substr(0, 20), iv + iv, std::string{"r7BXXKkLb8qrSNn05n0qiA"},
        std::string{"r7BXXKkLb8qrSNn05n0qiB=="}, to_base64(std::string(15, 'x')),
        to_base64(std::string(17, 'x')), std::string{"not base64 at all, 24 c"}})
    expect_refusal(sample, bad);
}

TEST(UserData, IsRefusedUnderAnotherKey) {
  for (const char* const other :
       {"", "tiihtNczf5v6AKRyjwEUhg==", "HyVFkGl5F5OQWJZZaNzBBg==", "tiihtNczf5v6AKRyjwEUhQ",
        "tiihtNczf5v6AKRyjw?UhQ==", "tiihtNczf5v6AKRyjwEUhQAA"})
    expect_refusal(sample, iv, appid, secret{other});
}

TEST(UserData, TakesAKeyWithStrayBits) {
  EXPECT_TRUE(decrypt_user_data(sample, iv, secret{"tiihtNczf5v6AKRyjwEUhR=="}, appid));
}

TEST(UserData, IsRefusedIfItIsAnotherMiniPrograms) {
  for (const std::string& other :
       {std::string{}, appid.substr(1), appid + "x", std::string{"wx4f4bc4dec97d474c"}})
    expect_refusal(sample, iv, other);
  for (const char* const plain :
       {"{}", R"({"watermark":null})", R"({"watermark":"wx4f4bc4dec97d474b"})",
        R"({"watermark":{}})", R"({"watermark":{"appid":1}})",
        R"({"watermark":{"appid":["wx4f4bc4dec97d474b"]}})", R"({"appid":"wx4f4bc4dec97d474b"})",
        R"({"a":{"watermark":{"appid":"wx4f4bc4dec97d474b"}}})",
        R"({"watermark":{"appid":"WX4F4BC4DEC97D474B"}})"})
    expect_refusal(encrypt(plain));
}

TEST(UserData, IsRefusedIfItIsNoJsonObject) {
  const std::string good = "{" + watermark + "}";
  for (const std::string& plain :
       {std::string{}, std::string{"null"}, "[" + good + "]", good + "x", good + good,
        good + std::string{"\0", 1}, "{" + watermark + ",\"x\":\"\xff\"}",
        "{" + watermark + R"(,"x":"\ud800"})", "{" + watermark + ",\"x\":\"\n\"}",
        "{" + watermark + ",\"x\":" + std::string(5'000, '[') + std::string(5'000, ']') + "}"})
    expect_refusal(encrypt(plain));
}

TEST(UserData, IsRefusedWithAnyOtherPadding) {
  std::string plain = R"({"x":"xxxxxx",)" + watermark + "}";
  while (plain.size() % 16 != 13)
    plain.insert(6, "x");
  const auto padded = [&](const char* padding) {
    return encrypt_raw(plain + std::string{padding, 3});
  };
  EXPECT_TRUE(decrypt_user_data(padded("\3\3\3"), iv, session_key, appid));
  // Spaces behind an object are JSON: only the padding is wrong.
  for (const char* const wrong : {"\3\3\2", "\3\2\3", "\2\3\3", "\0\0\0", "   ", "\x11\x11\x11",
                                  "\4\4\4", "\t\t\t", "\xff\xff\xff", "\x83\x83\x83"})
    expect_refusal(padded(wrong));
  EXPECT_TRUE(decrypt_user_data(padded("  \1"), iv, session_key, appid));
}

// Signatures -------------------------------------------------------------------------------------

struct signed_data {
  std::string raw;
  std::string key;
  std::string signature;
};

// The first one is of the same page, the others were made with Python's hashlib.
TEST(Signature, IsTheOneOfRawDataAndSessionKey) {
  const std::vector<signed_data> vectors{
      {R"({"nickName":"Band","gender":1,"language":"zh_CN","city":"Guangzhou",)"
       R"("province":"Guangdong","country":"CN","avatarUrl":"http://wx.qlogo.cn/mmopen/vi_32/)"
       R"(1vZvI39NWFQ9XM4LtQpFrQJ1xlgZxx3w7bQxKARol6503Iuswjjn6nIGBiaycAjAtpujxyzYsrztuuICqIM5ib)"
       R"(XQ/0"})",
       "HyVFkGl5F5OQWJZZaNzBBg==", "75e81ceda165f4ffa64f4068af58c64b8f54b88c"},
      {R"({"nickName":"麻雀 \u0001","gender":0})", session_key.reveal(),
       "18b1d6640cb9dc0aee0f5a08b378ae05eb71685c"},
      {"", session_key.reveal(), "7b69dc787384c988eb0e4ca9920295396aeb9e8a"}};
  for (const auto& [raw, key, signature] : vectors) {
    EXPECT_TRUE(is_signed(raw, signature, secret{key}));
    EXPECT_EQ(maque::test::sign_raw_data(raw, key), signature);
    EXPECT_FALSE(is_signed(raw + " ", signature, secret{key}));
    EXPECT_FALSE(is_signed(raw, signature, secret{key.substr(1)}));
    EXPECT_FALSE(is_signed(raw, signature.substr(1), secret{key}));
    EXPECT_FALSE(is_signed(raw, signature + "0", secret{key}));
    EXPECT_FALSE(is_signed(raw, "", secret{key}));
  }
}

TEST(Signature, HasToBeRightInEachCharacter) {
  const std::string raw = "{}";
  const std::string good = maque::test::sign_raw_data(raw, session_key.reveal());
  for (std::size_t i = 0; i < good.size(); ++i)
    for (int value = 0; value < 256; ++value) {
      std::string changed = good;
      changed[i] = static_cast<char>(value);
      EXPECT_EQ(is_signed(raw, changed, session_key), changed == good) << changed;
    }
}

} // namespace
} // namespace maque::wechat
