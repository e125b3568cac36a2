#include "domain/api_key.hpp"

#include <gtest/gtest.h>

namespace maque {
namespace {

TEST(ApiScopes, AreReadAsTheyAreWritten) {
  api_scopes some;
  EXPECT_TRUE(some.empty());
  EXPECT_EQ(some.text(), "");
  some.add(api_scope::wechat_links);
  some.add(api_scope::wechat_messages);
  EXPECT_EQ(some.text(), "wechat.messages wechat.links");
  EXPECT_EQ(api_scopes::parse(some.text()), some);
  for (const api_scope scope : all_api_scopes) {
    EXPECT_EQ(parse_api_scope(to_string(scope)), scope);
    EXPECT_EQ(api_scopes::parse(to_string(scope)).contains(scope), true);
    EXPECT_EQ(api_scopes::parse(to_string(scope)).text(), to_string(scope));
  }
}

TEST(ApiScopes, GiveNothingForANameThatIsUnknown) {
  for (const char* const text : {"", " ", "  ", "wechat", "wechat.", "wechat.link", "Wechat.links",
                                 "wechat.linksx", "wechat.links,wechat.codes", "*"})
    EXPECT_TRUE(api_scopes::parse(text).empty()) << text;
  EXPECT_EQ(api_scopes::parse(" *  wechat.links other ").text(), "wechat.links");
}

TEST(ApiKeys, AreGoodUntilTheyExpireOrAreRevoked) {
  const utc_time noon = from_unix_micros(1'795'608'000'123'456);
  const std::chrono::microseconds instant{1};
  api_key key;
  EXPECT_TRUE(key.is_good_at(noon));
  key.expires_at = noon;
  EXPECT_TRUE(key.is_good_at(noon - instant));
  EXPECT_FALSE(key.is_good_at(noon));
  key.expires_at.reset();
  key.revoked_at = noon + instant;
  EXPECT_FALSE(key.is_good_at(noon));
}

TEST(ApiKeys, HaveNamesThatAreNeitherIdsNorOptions) {
  for (const char* const good : {"a", "Z9", "shop-1", "crm.eu_west"})
    EXPECT_TRUE(is_api_key_name(good)) << good;
  EXPECT_TRUE(is_api_key_name(std::string(64, 'x')));
  for (const char* const bad :
       {"", "1", "1a", "-a", ".a", "a b", "a\n", "a/b", "\xE9\x9B\x80", "a\x7F"})
    EXPECT_FALSE(is_api_key_name(bad)) << bad;
  EXPECT_FALSE(is_api_key_name(std::string(65, 'x')));
}

} // namespace
} // namespace maque
