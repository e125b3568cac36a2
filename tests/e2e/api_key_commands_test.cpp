#include "account_commands.hpp"

namespace maque::test {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

class ApiKeyCommand : public account_commands {
protected:
  /// The key.
  std::string make(const std::string& name, std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"apikey", "add", "--name", name, "--scope", "wechat.codes"});
    return behind("this once: ", succeed(options));
  }

  std::string list() const { return succeed({"apikey", "list"}); }

  /// What asking for a code image without saying which one is answered with.
  static int status_with_key(const running_maque& server, const std::string& key) {
    return server.ask({"POST", "/api/v1/server/wechat/code-images", key, "{}"}).status;
  }
};

TEST_F(ApiKeyCommand, AddPrintsAKeyThatIsNowhereElse) {
  const std::string printed =
      succeed({"apikey", "add", "--name", "shop-1", "--scope", "wechat.links", "--scope",
               "wechat.codes", "--expires", "90d"});
  EXPECT_THAT(printed,
              testing::MatchesRegex("API key shop-1 \\(id [0-9]+\\): added, scopes: wechat.codes "
                                    "wechat.links, expires: 20[^ ]+Z\n"
                                    "key, shown this once: mqk_[A-Za-z0-9_-]{43}\n"));
  EXPECT_THAT(list(), ContainsRegex("[0-9]+ +shop-1 +good +20[^ ]+Z +20[^ ]+Z +never +wechat.codes "
                                    "wechat.links\n"));
  const std::string key = behind("this once: ", printed);
  EXPECT_THAT(list(), Not(HasSubstr(key.substr(4))));
  EXPECT_THAT(succeed({"export", "-", "--quiet"}), Not(HasSubstr(key.substr(4))));
}

TEST_F(ApiKeyCommand, RevokeShutsARunningServerAtOnce) {
  const running_maque server{folder.path()};
  const std::string first = make("first");
  const std::string second = make("second", {"--expires", "never"});
  EXPECT_EQ(status_with_key(server, first), 400);
  EXPECT_EQ(status_with_key(server, second), 400);
  EXPECT_THAT(list(), ContainsRegex("first +good .* 20[^ ]+Z +wechat.codes"));

  EXPECT_THAT(
      succeed({"apikey", "revoke", "first"}),
      testing::MatchesRegex("API key first \\(id [0-9]+\\): revoked, last used: 20[^ ]+Z\n"));
  EXPECT_EQ(status_with_key(server, first), 401);
  EXPECT_EQ(status_with_key(server, second), 400);
  EXPECT_THAT(list(), HasSubstr("revoked"));

  const std::string id = behind("\n", list());
  EXPECT_THAT(fail({"apikey", "revoke", id.substr(0, id.find(' '))}), HasSubstr("revoked before"));
  for (const char* const none : {"first", "third", "1"})
    EXPECT_THAT(fail({"apikey", "revoke", none}), HasSubstr("there is no such key")) << none;
}

TEST_F(ApiKeyCommand, AnExpiredKeyLetsNobodyIn) {
  const running_maque server{folder.path()};
  EXPECT_EQ(status_with_key(server, make("short", {"--expires", "1ms"})), 401);
  EXPECT_THAT(list(), ContainsRegex("short +expired "));
}

TEST_F(ApiKeyCommand, AddRefusesWhatMakesNoSense) {
  make("taken");
  EXPECT_THAT(fail({"apikey", "add", "--name", "taken", "--scope", "wechat.codes"}),
              HasSubstr("there is a key taken already"));
  for (const char* const name : {"", "1", "a b", "a\x1B[31m"})
    EXPECT_THAT(fail({"apikey", "add", "--name", name, "--scope", "wechat.codes"}),
                HasSubstr("a name has"))
        << name;
  const std::vector<std::vector<std::string>> wrong{
      {},
      {"--name", "x"},
      {"--scope", "wechat.codes"},
      {"--name", "x", "--scope", "wechat"},
      {"--name", "x", "--scope", "wechat.codes", "--expires", "0s"},
      {"--name", "x", "--scope", "wechat.codes", "--expires", "3651d"}};
  for (std::vector<std::string> options : wrong) {
    options.insert(options.begin(), {"apikey", "add"});
    EXPECT_NE(run_maque(options).status.code, 0) << options.back();
  }
  const std::string listed = list();
  EXPECT_EQ(std::count(listed.begin(), listed.end(), '\n'), 2) << listed;
}

} // namespace
} // namespace maque::test
