#include "domain/limits.hpp"
#include "wechat/cipher.hpp"
#include "wechat/push_crypto.hpp"

#include <gmock/gmock.h>

#include <array>
#include <string>
#include <vector>

namespace maque::wechat {
namespace {

using std::chrono::seconds;

// The sample of WeChat's page "Message encryption and decryption".
const secret token{"spamtest"};
const secret aes_key{"abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"};
const std::string appid = "wx2c2769f8efd9abc2";
const std::string timestamp = "1409735669";
const std::string nonce = "1320562132";
const std::string signature = "5d197aaffba7e9b25a30732f161a50dee96bd5fa";
const std::string sample =
    "hyzAe4OzmOMbd6TvGdIOO6uBmdJoD0Fk53REIHvxYtJlE2B655HuD0m8KUePWB3+LrPXo87wzQ1QLvbeUgmBM4x6F8PGHQ"
    "HFVAFmOD2LdJF9FrXpbUAh0B5GIItb52sn896wVsMSHGuPE328HnRGBcrS7C41IzDWyWNlZkyyXwon8T332jisa+h6tEDY"
    "sVticbSnyU8dKOIbgU6ux5VTjg3yt+WGzjlpKn6NPhRjpA912xMezR4kw6KWwMrCVKSVCZciVGCgavjIQ6X8tCOp3yZbGp"
    "y0VxpAe+77TszTfRd5RJSVO/HTnifJpXgCSUdUue1v6h0EIBYYI1BD1DlD+C0CR8e6OewpusjZ4uBl9FyJvnhvQl+q5rv1"
    "ixrcpCumEPo5MJSgM9ehVsNPfUM669WuMyVWQLCzpu9GhglF2PE=";
const std::string sample_random = "89465c840c5f116f";
const std::string sample_message =
    "<xml><ToUserName><![CDATA[gh_10f6c3c3ac5a]]></ToUserName>\n"
    "<FromUserName><![CDATA[oyORnuP8q7ou2gfYjqLzSIWZf0rs]]></FromUserName>\n"
    "<CreateTime>1409735668</CreateTime>\n"
    "<MsgType><![CDATA[text]]></MsgType>\n"
    "<Content><![CDATA[abcdteT]]></Content>\n"
    "<MsgId>6054768590064713728</MsgId>\n"
    "</xml>";
const std::string random_bytes = "0123456789abcdef";

utc_time at(std::int64_t second) {
  return utc_time{seconds{second}};
}
const utc_time then = at(1409735669);

template <class Value>
void expect_forbidden(const result<Value>& outcome) {
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, errc::forbidden);
  EXPECT_EQ(outcome.error().hint, "");
}

/// Whatever is wrong is one error, down to what is logged of it.
void expect_undecryptable(const std::string& encrypted, const secret& key = aes_key,
                          const std::string& ours = appid) {
  const auto decrypted = decrypt_push(encrypted, key, ours);
  expect_forbidden(decrypted);
  EXPECT_EQ(decrypted.error().cause, "a push that can't be decrypted for this appid");
}

/// Of whole blocks, with whatever is in them.
std::string encrypt_blocks(const std::string& plain) {
  // The key without its stray bits.
  const auto key = decode_base64("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFE=").value();
  return encode_base64(encrypt_cbc(plain, key, std::span{key}.first(16)));
}

std::string flip(std::string text, std::size_t at, int bit) {
  text[at] = static_cast<char>(text[at] ^ 1 << bit);
  return text;
}

// Signatures -------------------------------------------------------------------------------------

TEST(PushSignature, IsTheOneOfThePublishedSample) {
  EXPECT_EQ(sign_push(token, timestamp, nonce, sample), signature);
  EXPECT_TRUE(verify_push(token, {timestamp, nonce, signature}, sample, then));
}

// Made with Python's hashlib.
TEST(PushSignature, SortsItsPartsAsBytes) {
  EXPECT_EQ(sign_push(token, timestamp, nonce), "16120ec1b8dbb870f510d87ce6bc2463eae6ca1a");
  EXPECT_EQ(sign_push(secret{"Zz"}, "1409735669", "zZ"),
            "513d77a9dc765bd024e00f12a6748469d32ec6fa");
  EXPECT_EQ(sign_push(secret{"0"}, "1409735669", "\xe9\xba\xbb"),
            "a57ba23caff278cb3c5540fb224e9ffd16797b94");
}

TEST(PushSignature, HasToBeRightInEveryPart) {
  const auto refused = [](const secret& with, const push_proof& proof,
                          const std::string& encrypted) {
    expect_forbidden(verify_push(with, proof, encrypted, then));
  };
  refused(secret{"spamtesu"}, {timestamp, nonce, signature}, sample);
  refused(token, {"1409735670", nonce, signature}, sample);
  refused(token, {timestamp, "1320562133", signature}, sample);
  refused(token, {timestamp, nonce, signature}, "");
  refused(token, {timestamp, nonce, signature}, sample + "=");
  refused(token, {timestamp, nonce, ""}, sample);
  refused(token, {timestamp, nonce, signature + "0"}, sample);
  refused(token, {timestamp, nonce, "5D197AAFFBA7E9B25A30732F161A50DEE96BD5FA"}, sample);
  for (std::size_t i = 0; i < signature.size(); ++i)
    for (int bit = 0; bit < 8; ++bit)
      refused(token, {timestamp, nonce, flip(signature, i, bit)}, sample);
}

TEST(PushSignature, OfNobodysTokenIsNone) {
  const secret none;
  expect_forbidden(
      verify_push(none, {timestamp, nonce, sign_push(none, timestamp, nonce)}, "", then));
}

TEST(PushSignature, IsGoodForAWhileBeforeAndAfterItsTime) {
  const auto at_age = [](seconds age) {
    return verify_push(token, {timestamp, nonce, signature}, sample, then + age);
  };
  for (const seconds age : {seconds{0}, limits::push_age, -limits::push_age})
    EXPECT_TRUE(at_age(age)) << age.count();
  for (const seconds age : {limits::push_age + seconds{1}, -limits::push_age - seconds{1},
                            seconds{100'000'000}, -seconds{100'000'000}})
    expect_forbidden(at_age(age));
}

TEST(PushSignature, NeedsATimeThatIsOne) {
  for (const char* const time : {"", "x", "1409735669x", " 1409735669", "+1409735669", "-1",
                                 "1.409735669e9", "0x54073D75", "9999999999999", "1409735669000"}) {
    const push_proof proof{time, nonce, sign_push(token, time, nonce)};
    expect_forbidden(verify_push(token, proof, "", then));
  }
}

// Encryption -------------------------------------------------------------------------------------

TEST(PushEncryption, IsWhatThePublishedSampleSays) {
  EXPECT_EQ(decrypt_push(sample, aes_key, appid).value_or("refused"), sample_message);
  EXPECT_EQ(encrypt_push(sample_message, aes_key, appid, sample_random).value_or("refused"),
            sample);
}

TEST(PushEncryption, ComesBackWhateverItsLength) {
  for (std::size_t size = 0; size <= 130; ++size) {
    const std::string message(size, '\xff');
    const auto encrypted = encrypt_push(message, aes_key, appid, random_bytes);
    ASSERT_TRUE(encrypted);
    EXPECT_EQ(decode_base64(*encrypted).value().size() % 32, 0U);
    EXPECT_EQ(decrypt_push(*encrypted, aes_key, appid).value_or("refused"), message);
  }
}

TEST(PushEncryption, IsRefusedWithAnyBitOfItsEndFlipped) {
  // The last two blocks before the last hold the end of the message, the appid and the padding.
  const auto bytes = decode_base64(sample).value();
  const std::string text{bytes.begin(), bytes.end()};
  for (std::size_t i = text.size() - 32; i < text.size(); ++i)
    for (int bit = 0; bit < 8; ++bit)
      expect_undecryptable(encode_base64(flip(text, i, bit)));
}

TEST(PushEncryption, NeverReadsBeyondItsBoundsWhateverBitIsFlipped) {
  const auto bytes = decode_base64(sample).value();
  const std::string text{bytes.begin(), bytes.end()};
  for (std::size_t i = 0; i < text.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      // CBC tells of a flipped bit only where the layout does: the rest is msg_signature's.
      const std::string flipped = encode_base64(flip(text, i, bit));
      const auto decrypted = decrypt_push(flipped, aes_key, appid);
      if (decrypted)
        EXPECT_EQ(decrypted->size(), sample_message.size());
      else
        expect_undecryptable(flipped);
      expect_forbidden(verify_push(token, {timestamp, nonce, signature}, flipped, then));
    }
}

TEST(PushEncryption, IsRefusedWhenItIsCutOrContinued) {
  for (std::size_t size = 0; size < sample.size(); ++size)
    expect_undecryptable(sample.substr(0, size));
  const auto bytes = decode_base64(sample).value();
  const std::string text{bytes.begin(), bytes.end()};
  for (std::size_t size = 16; size < text.size(); size += 16) {
    expect_undecryptable(encode_base64(text.substr(0, size)));
    expect_undecryptable(encode_base64(text.substr(size)));
  }
  expect_undecryptable(encode_base64(text + text));
  for (const char* const bad : {"\n", " ", "=", "AAAA", "!"})
    expect_undecryptable(sample + bad);
}

TEST(PushEncryption, IsForOneMiniProgramAlone) {
  for (const std::string& other : {std::string{}, appid.substr(1), appid + "x", "x" + appid,
                                   std::string{"wx2c2769f8efd9abc3"}})
    expect_undecryptable(sample, aes_key, other);
}

TEST(PushEncryption, NeedsItsKey) {
  for (const char* const other : {"", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEF",
                                  "bbcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
                                  "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH",
                                  "abcdefghijklmnopqrstuvwxyz0123456789ABCDEF=",
                                  "abcdefghijklmnopqrstuvwxyz 123456789ABCDEFG", "\xe9\xba\xbb"})
    expect_undecryptable(sample, secret{other});
}

TEST(PushEncryption, TakesAKeyWhoseLastCharacterHasStrayBits) {
  // E, F and G differ in the two bits that are no part of the 32 bytes.
  for (const char last : {'E', 'F', 'G', 'H'}) {
    const secret key{"abcdefghijklmnopqrstuvwxyz0123456789ABCDEF" + std::string{last}};
    EXPECT_TRUE(is_push_key(key));
    EXPECT_EQ(decrypt_push(sample, key, appid).value_or("refused"), sample_message) << last;
  }
}

TEST(PushEncryption, IsRefusedWithAnyOtherLayout) {
  const auto laid_out = [](const std::string& length, const std::string& rest) {
    std::string plain = random_bytes + length + rest;
    const std::size_t padding = 32 - plain.size() % 32;
    return encrypt_blocks(plain.append(padding, static_cast<char>(padding)));
  };
  const auto bytes = [](std::array<int, 4> values) {
    std::string text;
    for (const int value : values)
      text += static_cast<char>(value);
    return text;
  };
  EXPECT_EQ(decrypt_push(laid_out(bytes({0, 0, 0, 2}), "hi" + appid), aes_key, appid).value(),
            "hi");
  expect_undecryptable(laid_out(bytes({0, 0, 0, 1}), "hi" + appid));
  expect_undecryptable(laid_out(bytes({0, 0, 0, 3}), "hi" + appid));
  expect_undecryptable(laid_out(bytes({2, 0, 0, 0}), "hi" + appid));
  expect_undecryptable(laid_out(bytes({0xff, 0xff, 0xff, 0xff}), "hi" + appid));
  expect_undecryptable(laid_out(bytes({0x7f, 0xff, 0xff, 0xff}), "hi" + appid));
  expect_undecryptable(laid_out("", ""));
  expect_undecryptable(laid_out(std::string(3, '\0'), ""));
  expect_undecryptable(laid_out(bytes({0, 0, 0, 2}), "hi" + appid + std::string{"\0", 1}));
}

TEST(PushEncryption, IsRefusedWithAnyOtherPadding) {
  const std::string head =
      random_bytes + std::string{"\0\0\0\x17", 4} + std::string(23, 'm') + appid;
  ASSERT_EQ(head.size() % 32, 29U);
  const auto padded = [&](const char* padding) {
    return encrypt_blocks(head + std::string{padding, 3});
  };
  EXPECT_TRUE(decrypt_push(padded("\3\3\3"), aes_key, appid));
  for (const char* const wrong :
       {"\3\3\2", "\3\2\3", "\2\3\3", "\0\0\0", "\4\4\4", "\x21\x21\x21", "\xff\xff\xff"})
    expect_undecryptable(padded(wrong));
}

TEST(PushEncryption, NeedsAKeyAndRandomBytesToEncrypt) {
  EXPECT_FALSE(encrypt_push("x", secret{}, appid, random_bytes));
  EXPECT_FALSE(encrypt_push("x", aes_key, appid, "short"));
}

} // namespace
} // namespace maque::wechat
