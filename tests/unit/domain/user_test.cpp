#include "domain/limits.hpp"
#include "domain/user.hpp"

#include <gtest/gtest.h>

#include <string>

namespace maque {
namespace {

std::string repeat(const std::string& text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) {
    out += text;
  }
  return out;
}

std::string url_of_size(std::size_t size) {
  const std::string beginning = "https://a.example/";
  return beginning + std::string(size - beginning.size(), 'a');
}

// The hint of the failure, or "" if it is accepted.
std::string refusal_of(const profile_patch& patch) {
  const auto outcome = validate(patch);
  if (outcome) return {};
  EXPECT_EQ(outcome.error().code, errc::invalid_field);
  EXPECT_FALSE(outcome.error().hint.empty());
  return outcome.error().hint;
}

TEST(Profiles, AreAcceptedWithReasonableFields) {
  for (const std::string& nickname :
       {std::string{}, std::string{"麻雀"}, std::string{"O'Brien <b>"}, repeat("🐦", 64)}) {
    EXPECT_EQ(refusal_of({.nickname = nickname}), "") << nickname;
  }
  for (const std::string& url :
       {std::string{}, std::string{"https://thirdwx.qlogo.cn/mmopen/vi_32/abc/132"},
        std::string{"https://a.example"}, std::string{"https://a.example:8443?x=%E9%BA%BB&y#@f"},
        std::string{"https://[2001:db8::1]/a.png"}, url_of_size(limits::avatar_url_bytes)}) {
    EXPECT_EQ(refusal_of({.avatar_url = url}), "") << url;
  }
  for (const char* language : {"", "zh", "zh-CN", "zh-Hans-CN", "en-US-x-twain", "de-1996",
                               "sl-rozaj-biske-1994", "mandarin", "zh-cmn-Hans-CN-12345678"}) {
    EXPECT_EQ(refusal_of({.language = language}), "") << language;
  }
}

TEST(Profiles, Asvs2_2_1_AreRefusedWithABadNickname) {
  EXPECT_EQ(refusal_of({.nickname = repeat("雀", 65)}), "nickname: longer than 64 characters");
  EXPECT_EQ(refusal_of({.nickname = "\xC0\x80"}), "nickname: not valid UTF-8");
  EXPECT_EQ(refusal_of({.nickname = "a\u202Eb"}), "nickname: contains invisible characters");
  for (const char* nickname : {"a\nb", "\x1B[31m", "\x7F", "\xC2\x85"}) {
    EXPECT_EQ(refusal_of({.nickname = nickname}), "nickname: contains control characters");
  }
}

TEST(Profiles, Asvs2_2_1_AreRefusedWithABadAvatarUrl) {
  for (const std::string& url : {std::string{"http://a.example/x"},
                                 std::string{"//a.example/x"},
                                 std::string{"/x"},
                                 std::string{"javascript:alert(1)"},
                                 std::string{"data:image/png,x"},
                                 std::string{"https:"},
                                 std::string{"https://"},
                                 std::string{"https:///x"},
                                 std::string{"https://?x"},
                                 std::string{"https://#x"},
                                 std::string{"https://:443/"},
                                 std::string{"https:/a.example"},
                                 std::string{"https://wechat.com@evil.example/"},
                                 std::string{"https://a.example/a b"},
                                 std::string{" https://a.example"},
                                 std::string{"https://a.example\n"},
                                 std::string{"https://a.example/\t"},
                                 std::string{"https://a.example/麻"},
                                 std::string{"https://a.example/\"><script>"},
                                 std::string{"https://a.example\\@b.example"},
                                 std::string{"https://a.example/\0", 19},
                                 url_of_size(limits::avatar_url_bytes + 1)}) {
    EXPECT_TRUE(refusal_of({.avatar_url = url}).starts_with("avatar_url: ")) << url;
  }
}

TEST(Profiles, Asvs2_2_1_AreRefusedWithABadLanguage) {
  for (const char* language :
       {"z", "-", "zh-", "-zh", "zh--CN", "zh_CN", "12", "1a-CN", "mandarins", "zh-123456789",
        "zh CN", "zh-ÄÖ", "zh-CN;q=0.9", "zh-aaaaaaaa-bbbbbbbb-cccccccc-dddddddd"}) {
    EXPECT_TRUE(refusal_of({.language = language}).starts_with("language: ")) << language;
  }
}

TEST(Profiles, NameTheFirstBadFieldOnly) {
  const profile_patch patch{.nickname = "ok", .avatar_url = "nowhere", .language = "?"};
  EXPECT_EQ(refusal_of(patch), "avatar_url: not an absolute https URL");
}

TEST(Profiles, DoNotRepeatWhatWasRefused) {
  EXPECT_EQ(refusal_of({.language = "<script>"}), "language: not a BCP 47 language tag");
}

TEST(Profiles, KeepWhatAPatchDoesNotMention) {
  user who;
  who.nickname = "old";
  who.avatar_url = "https://a.example/old.png";
  who.language = "en";

  EXPECT_TRUE(profile_patch{}.empty());
  apply({}, who);
  EXPECT_EQ(who.nickname, "old");

  apply({.nickname = "", .language = "zh-CN"}, who);
  EXPECT_EQ(who.nickname, "");
  EXPECT_EQ(who.avatar_url, "https://a.example/old.png");
  EXPECT_EQ(who.language, "zh-CN");

  apply({.avatar_url = "https://a.example/new.png"}, who);
  EXPECT_EQ(who.avatar_url, "https://a.example/new.png");
  EXPECT_EQ(who.language, "zh-CN");
}

TEST(UserRoles, HaveTextsThatAreReadBack) {
  EXPECT_EQ(to_string(user_role::user), "user");
  EXPECT_EQ(to_string(user_role::admin_operator), "operator");
  for (const user_role role : {user_role::user, user_role::admin_operator}) {
    EXPECT_EQ(parse_user_role(to_string(role)), role);
  }
  for (const char* text : {"", "User", "admin", "admin_operator", "user "}) {
    EXPECT_EQ(parse_user_role(text), std::nullopt) << text;
  }
}

} // namespace
} // namespace maque
