#include "config_fixture.hpp"

#include <gtest/gtest.h>

namespace maque::config {
namespace {

using testing::ElementsAre;

class SettingsChecks : public config_fixture {
protected:
  std::vector<problem>
  problems_with(std::initializer_list<std::pair<std::string, std::string>> flags) {
    from.flags = flags;
    return load(from).problems;
  }
};

TEST_F(SettingsChecks, TurnToWechatWhenThereIsAnAppidAndNothingElseIsSaid) {
  struct row {
    std::vector<std::pair<std::string, std::string>> flags;
    wechat_mode mode;
  };
  for (const auto& [flags, mode] : std::vector<row>{
           {{}, wechat_mode::simulator},
           {{{"wechat.appid", ""}}, wechat_mode::simulator},
           {{{"wechat.appid", "wx1"}, {"wechat.app_secret", "s"}}, wechat_mode::live},
           {{{"wechat.appid", "wx1"}, {"wechat.mode", "simulator"}}, wechat_mode::simulator},
           {{{"wechat.appid", "wx1"}, {"wechat.app_secret", "s"}, {"wechat.mode", "live"}},
            wechat_mode::live}}) {
    from.flags = flags;
    const auto read = load(from);
    EXPECT_EQ(describe(read.problems), "");
    EXPECT_EQ(read.values.wechat.mode, mode);
  }
}

TEST_F(SettingsChecks, SayWhatTheLiveModeLacksAndWhereToGiveIt) {
  write_toml("\n[wechat]\nmode = \"live\"\n");
  EXPECT_THAT(load(from).problems,
              ElementsAre(is_problem(at_toml(3), "MAQUE_WECHAT_APPID"),
                          is_problem(at_toml(3), "set app_secret in the section [wechat] of the "
                                                 "settings file, or the environment variable "
                                                 "MAQUE_WECHAT_APP_SECRET")));
  write_toml("[wechat]\nappid = \"wx1\"\n");
  EXPECT_THAT(load(from).problems, ElementsAre(is_problem(at_toml(2), "needs wechat.app_secret")));
}

// What a developer has on his own machine is not what others are to find.
TEST_F(SettingsChecks, LetNobodySimulateWechatForOthersByAnOmission_ASVS_6_3_2) {
  for (const char* host : {"0.0.0.0", "::", "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1"}) {
    EXPECT_THAT(problems_with({{"http.host", host}}),
                ElementsAre(is_problem("flag --http.host", "anybody can log in as anybody")))
        << host;
    EXPECT_EQ(describe(problems_with({{"http.host", host}, {"wechat.mode", "simulator"}})), "");
    EXPECT_EQ(describe(problems_with(
                  {{"http.host", host}, {"wechat.appid", "wx1"}, {"wechat.app_secret", "s"}})),
              "");
  }
  for (const char* host : {"127.0.0.1", "127.1.2.3", "::1", "::ffff:127.0.0.1", "localhost"})
    EXPECT_EQ(describe(problems_with({{"http.host", host}})), "") << host;
}

TEST_F(SettingsChecks, DoNotBlameWhatFollowsFromAnotherProblem) {
  write_toml("[wechat]\nmode = \"live\"\nappid = \"wx1\"\napp_secret = 5\n");
  EXPECT_THAT(load(from).problems, ElementsAre(is_problem(at_toml(4), "wechat.app_secret")));
  write_toml("[wechat\n");
  from.environment = {{"MAQUE_WECHAT_MODE", "live"}};
  EXPECT_EQ(load(from).problems.size(), 1);
}

TEST_F(SettingsChecks, WantOriginsForTheListOfOrigins) {
  EXPECT_THAT(problems_with({{"http.cors", "list"}}),
              ElementsAre(is_problem("flag --http.cors", "http.cors_origins is empty")));
  EXPECT_TRUE(
      problems_with({{"http.cors", "list"}, {"http.cors_origins", "https://a.example"}}).empty());
}

TEST_F(SettingsChecks, WantOriginsAsBrowsersSendThem) {
  for (const auto* good : {"https://a.example", "http://localhost:3000", "http://127.0.0.1",
                           "http://[::1]:8080", "http://[::1]", "app+x-1.0://a"})
    EXPECT_EQ(describe(problems_with({{"http.cors_origins", good}})), "") << good;
  for (const auto* bad :
       {"*", "null", "a.example", "https://", "https://a.example/", "https://A.example",
        "https://a.example:", "https://a.example:0", "https://a.example:65536",
        "https://a.example:80a", "https://user@a.example", "https://a.example?x", "://a", "1x://a",
        "https://a b", "http://[::1", "http://::1"})
    EXPECT_THAT(problems_with({{"http.cors_origins", bad}}),
                ElementsAre(is_problem("flag --http.cors_origins", "entry 1 must be")))
        << bad;
}

TEST_F(SettingsChecks, TrustNoProxyUnlessItIsNamed_ASVS_4_1_3) {
  EXPECT_TRUE(load(from).values.http.trusted_proxies.empty());
  EXPECT_EQ(load(from).values.http.forwarded_header, proxy_header::x_forwarded_for);
}

TEST_F(SettingsChecks, WantProxiesAsAddressesOrNetworksAndTellAllThatAreNot) {
  for (const auto* good : {"", "127.0.0.1", "10.0.0.0/8, ::1, 2001:db8::/32"})
    EXPECT_EQ(describe(problems_with({{"http.trusted_proxies", good}})), "") << good;
  EXPECT_THAT(
      problems_with({{"http.trusted_proxies", "10.0.0.1/8, ::1, proxy.example, 10.0.0.0/33"},
                     {"http.cors", "list"}}),
      ElementsAre(is_problem("flag --http.cors", "http.cors_origins is empty"),
                  is_problem("flag --http.trusted_proxies", "entry 1: 10.0.0.1 has bits set"),
                  is_problem("flag --http.trusted_proxies", "entry 3: must be an address"),
                  is_problem("flag --http.trusted_proxies", "entry 4: what follows the slash")));
}

TEST_F(SettingsChecks, WantWechatAtAWebAddress) {
  for (const auto* good : {"http://127.0.0.1:18080", "https://api2.weixin.qq.com"})
    EXPECT_EQ(describe(problems_with({{"wechat.base_url", good}})), "") << good;
  for (const auto* bad :
       {"api.weixin.qq.com", "ftp://api.weixin.qq.com", "https://api.weixin.qq.com/", "https://"})
    EXPECT_THAT(problems_with({{"wechat.base_url", bad}}),
                ElementsAre(is_problem("flag --wechat.base_url", "http(s)://host[:port]")))
        << bad;
}

TEST_F(SettingsChecks, WantADatabaseOfAKnownEngine) {
  for (const auto* bad : {"./data/maque.db", "sqlite:", "mysql://x", "postgres:db", "postgres://"})
    EXPECT_THAT(problems_with({{"database.url", bad}}),
                ElementsAre(is_problem("flag --database.url", "must be \"sqlite:\"")))
        << bad;
  for (const auto* good : {"postgres://db/maque", "postgresql://db/maque"})
    EXPECT_TRUE(problems_with({{"database.url", good}}).empty()) << good;
}

TEST_F(SettingsChecks, WantLifetimesThatGrow) {
  EXPECT_THAT(problems_with({{"auth.access_ttl", "1h"}, {"auth.refresh_idle_ttl", "1h"}}),
              ElementsAre(is_problem("flag --auth.access_ttl", "less than auth.refresh_idle_ttl")));
  EXPECT_THAT(problems_with({{"auth.refresh_absolute_ttl", "29d"}}),
              ElementsAre(is_problem("flag --auth.refresh_absolute_ttl",
                                     "not be more than auth.refresh_absolute_ttl")));
  EXPECT_TRUE(problems_with({{"auth.refresh_absolute_ttl", "30d"}}).empty());
}

TEST_F(SettingsChecks, WantAKeyOfSomeKind) {
  EXPECT_THAT(problems_with({{"auth.signing_secret", "short"}}),
              ElementsAre(is_problem("flag --auth.signing_secret", "at least 32 bytes")));
  EXPECT_THAT(problems_with({{"auth.key_file", ""}}),
              ElementsAre(is_problem("flag --auth.key_file", "must name a file")));
  EXPECT_TRUE(problems_with({{"auth.key_file", ""},
                             {"auth.signing_secret", "0123456789abcdef0123456789abcdef"}})
                  .empty());
}

TEST_F(SettingsChecks, WantPreviousSecretsOnlyBesideTheOneThatIsUsed) {
  const std::string good = "0123456789abcdef0123456789abcdef";
  for (const auto& [current, previous] :
       {std::pair{"auth.signing_secret", "auth.previous_signing_secrets"},
        std::pair{"wechat.sealing_secret", "wechat.previous_sealing_secrets"}}) {
    const std::string flag = std::string{"flag --"} + previous;
    EXPECT_TRUE(problems_with({{current, good}, {previous, good + "1," + good + "2"}}).empty());
    EXPECT_THAT(problems_with({{previous, good}}),
                ElementsAre(is_problem(flag, "which is not set")));
    EXPECT_THAT(problems_with({{current, "short"}}),
                ElementsAre(is_problem(std::string{"flag --"} + current, "at least 32 bytes")));
    const auto short_one = problems_with({{current, good}, {previous, good + ",hidden"}});
    EXPECT_THAT(short_one, ElementsAre(is_problem(flag, "at least 32 bytes")));
    EXPECT_EQ(describe(short_one).find("hidden"), std::string::npos);
  }
}

TEST_F(SettingsChecks, BlameTheSettingThatWasGivenNotTheDefaultThatItMeets) {
  EXPECT_THAT(problems_with({{"auth.refresh_idle_ttl", "15m"}}),
              ElementsAre(is_problem("flag --auth.refresh_idle_ttl", "auth.access_ttl must be")));
}

TEST_F(SettingsChecks, WantAHostWithoutBlanksOrPath) {
  for (const auto* bad : {"local host", "http://localhost", "127.0.0.1/8"})
    EXPECT_THAT(problems_with({{"http.host", bad}}),
                ElementsAre(is_problem("flag --http.host", "http.host must be")))
        << bad;
}

} // namespace
} // namespace maque::config
