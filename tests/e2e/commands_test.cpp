#include "maque_program.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

namespace maque::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

class Command : public testing::Test {
protected:
  finished run_maque(std::vector<std::string> arguments,
                     std::map<std::string, std::string> environment = {}) {
    return run(maque_in(folder.path(), std::move(arguments), std::move(environment)));
  }

  bool is_empty() const { return std::filesystem::is_empty(folder.path()); }

  temporary_folder folder;
};

TEST_F(Command, VersionTellsVersionAndCommit) {
  const auto ended = run_maque({"--version"});
  EXPECT_EQ(ended.status.code, 0);
  EXPECT_THAT(ended.output, testing::ContainsRegex("^[0-9]+\\.[0-9]+\\.[0-9]+ \\(commit .+\\)\n$"));
  EXPECT_TRUE(is_empty());
}

TEST_F(Command, HelpNamesTheCommandsAndTheSettings) {
  const auto ended = run_maque({"--help"});
  EXPECT_EQ(ended.status.code, 0);
  for (const char* const word : {"serve", "migrate", "config-values", "--http.port", "--config"})
    EXPECT_THAT(ended.output, HasSubstr(word));
  EXPECT_TRUE(is_empty());
}

TEST_F(Command, OneThatDoesNotExistIsRefused) {
  const auto ended = run_maque({"fly"});
  EXPECT_TRUE(ended.status.code.has_value());
  EXPECT_NE(ended.status.code, 0);
  EXPECT_THAT(ended.error, HasSubstr("fly"));
  EXPECT_TRUE(is_empty());
}

TEST_F(Command, ConfigCheckTouchesNothing) {
  EXPECT_EQ(run_maque({"config", "check"}).status.code, 0);
  const auto refused = run_maque({"config", "check", "--http.port=x"});
  EXPECT_EQ(refused.status.code, 1);
  EXPECT_THAT(refused.error, HasSubstr("http.port"));
  EXPECT_TRUE(is_empty());
}

TEST_F(Command, ConfigShowRedactsSecretsAndIsReadAgain_ASVS_13_3_1) {
  const std::string app_secret = "the-secret-of-the-app";
  const std::string signing_secret = "a signing secret that is long enough for it";
  const auto shown = run_maque({"config", "show"}, {{"MAQUE_WECHAT_APPID", "wx123"},
                                                    {"MAQUE_WECHAT_APP_SECRET", app_secret},
                                                    {"MAQUE_AUTH_SIGNING_SECRET", signing_secret},
                                                    {"MAQUE_HTTP_PORT", "8123"}});
  EXPECT_EQ(shown.status.code, 0);
  EXPECT_THAT(shown.output, HasSubstr("port = 8123"));
  EXPECT_THAT(shown.output, HasSubstr("mode = \"live\""));
  EXPECT_THAT(shown.output, HasSubstr("[redacted]"));
  for (const std::string& secret : {app_secret, signing_secret})
    EXPECT_THAT(shown.output + shown.error, Not(HasSubstr(secret)));
  EXPECT_TRUE(is_empty());

  std::ofstream{folder.path() / "shown.toml"} << shown.output;
  const auto again = run_maque(
      {"config", "show", "--config=shown.toml"},
      {{"MAQUE_WECHAT_APP_SECRET", app_secret}, {"MAQUE_AUTH_SIGNING_SECRET", signing_secret}});
  EXPECT_EQ(again.output, shown.output);
}

TEST_F(Command, MigrateMakesTheDatabaseAndCanBeRepeated) {
  for (int round = 0; round < 2; ++round) {
    const auto ended = run_maque({"migrate"});
    EXPECT_EQ(ended.status.code, 0);
    EXPECT_THAT(ended.output, HasSubstr("has schema version"));
    EXPECT_TRUE(std::filesystem::exists(folder.path() / "data" / "maque.db"));
  }
}

TEST_F(Command, ConfigValuesAreNoticedByARunningServer) {
  const running_maque server{folder.path()};
  const auto published = [&server] {
    return server.ask({"GET", "/api/config", {}, {}}).json().at("data").at("values");
  };
  const auto await_published = [&](const nlohmann::json& expected) {
    await([&] { return published() == expected; }, "not published: " + expected.dump(), 3s);
  };
  EXPECT_EQ(published(), nlohmann::json::object());

  EXPECT_EQ(run_maque({"config-values", "set", "theme", "\"blue\""}).output, "version 1\n");
  await_published({{"theme", "blue"}});
  EXPECT_EQ(run_maque({"config-values", "set", "limits", R"({ "a": [1, 2] })"}).output,
            "version 2\n");
  await_published({{"theme", "blue"}, {"limits", {{"a", {1, 2}}}}});
  EXPECT_EQ(run_maque({"config-values", "get", "limits"}).output, "{\"a\":[1,2]}\n");
  EXPECT_EQ(nlohmann::json::parse(run_maque({"config-values", "list"}).output), published());

  EXPECT_EQ(run_maque({"config-values", "remove", "theme"}).status.code, 0);
  await_published({{"limits", {{"a", {1, 2}}}}});
  EXPECT_EQ(run_maque({"config-values", "get", "theme"}).status.code, 1);
}

TEST_F(Command, ConfigValuesRefuseWhatIsNotJson) {
  const auto refused = run_maque({"config-values", "set", "theme", "blue"});
  EXPECT_EQ(refused.status.code, 1);
  EXPECT_THAT(refused.error, HasSubstr("not JSON"));
  EXPECT_EQ(run_maque({"config-values", "set", "", "1"}).status.code, 1);
  EXPECT_EQ(run_maque({"config-values", "list"}).output, "{}\n");
}

/// The first word of each line of `keys list` but the heading.
std::vector<std::string> kids_in(const std::string& list) {
  std::istringstream text{list.substr(list.find('\n') + 1)};
  std::vector<std::string> kids;
  for (std::string line; std::getline(text, line);)
    kids.push_back(line.substr(0, line.find(' ')));
  return kids;
}

TEST_F(Command, KeysRotateIsNoticedByARunningServerWithinTwoSeconds) {
  const running_maque server{folder.path()};
  const auto before = kids_in(run_maque({"keys", "list"}).output);
  ASSERT_EQ(before.size(), 1U);
  const auto user = log_in(server.port(), "dev-alice");

  const auto rotated = run_maque({"keys", "rotate", "--algorithm", "EdDSA"});
  EXPECT_EQ(rotated.status.code, 0) << rotated.error;
  EXPECT_THAT(rotated.output, testing::ContainsRegex("^[A-Za-z0-9_-]+ EdDSA signs from .*Z\n$"));
  const std::string kid = rotated.output.substr(0, rotated.output.find(' '));
  await(
      [&] {
        return server.ask({"GET", "/.well-known/jwks.json", {}, {}}).body.find(kid) !=
               std::string::npos;
      },
      "the server has not noticed", 2s);

  const auto listed = run_maque({"keys", "list"});
  EXPECT_EQ(kids_in(listed.output), (std::vector{before[0], kid}));
  EXPECT_THAT(listed.output, testing::ContainsRegex("HS256 +signs +-"));
  EXPECT_THAT(listed.output, testing::ContainsRegex("EdDSA +signs later"));
  EXPECT_EQ(server.ask({"GET", "/api/user/info", user.access_token, {}}).status, 200);
}

TEST_F(Command, Asvs13_3_1_KeysPrintNoSecret) {
  EXPECT_EQ(running_maque{folder.path()}.stop(), 0);
  std::string said;
  for (const char* const what : {"rotate", "list", "rotate", "list"}) {
    const auto ended = run_maque({"keys", what});
    EXPECT_EQ(ended.status.code, 0);
    said += ended.output + ended.error;
  }
  std::ifstream file{folder.path() / "data" / "signing.key"};
  int secrets = 0;
  for (std::string word; file >> word;) {
    if (word.size() != 43) continue;
    EXPECT_THAT(said, Not(HasSubstr(word)));
    ++secrets;
  }
  EXPECT_EQ(secrets, 3);
}

TEST_F(Command, KeysRotateIsInTheAuditLogAndRotatesWithoutADatabase) {
  EXPECT_EQ(running_maque{folder.path()}.stop(), 0);
  const auto rotated = run_maque({"keys", "rotate"});
  EXPECT_EQ(rotated.error, "");
  const std::string kid = rotated.output.substr(0, rotated.output.find(' '));
  const auto exported = run_maque({"export", "-", "--quiet"});
  EXPECT_THAT(exported.output, testing::ContainsRegex(R"("action":"keys\.rotate".*)" + kid));

  const auto without =
      run_maque({"keys", "rotate"}, {{"MAQUE_DATABASE_URL", "sqlite:data/signing.key/x.db"}});
  EXPECT_EQ(without.status.code, 0);
  EXPECT_THAT(without.error, HasSubstr("the audit log could not be written"));
  EXPECT_EQ(kids_in(run_maque({"keys", "list"}).output).size(), 3U);
}

TEST_F(Command, KeysSayWhyTheyCannotRotate) {
  const auto missing = run_maque({"keys", "rotate"});
  EXPECT_EQ(missing.status.code, 1);
  EXPECT_THAT(missing.error, HasSubstr("data/signing.key: is missing"));

  const auto configured =
      run_maque({"keys", "rotate"}, {{"MAQUE_AUTH_SIGNING_SECRET", std::string(32, 's')}});
  EXPECT_EQ(configured.status.code, 1);
  EXPECT_THAT(configured.error, HasSubstr("auth.previous_signing_secrets"));

  EXPECT_NE(run_maque({"keys", "rotate", "--algorithm", "none"}).status.code, 0);
  EXPECT_NE(run_maque({"keys", "rotate", "--delay", "-1"}).status.code, 0);
  EXPECT_NE(run_maque({"keys"}).status.code, 0);
  EXPECT_TRUE(is_empty());
}

/// The lines that the banner says to paste.
std::vector<std::string> lines_to_try(const std::string& banner) {
  std::istringstream text{banner.substr(std::min(banner.find("Try it"), banner.size()))};
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);)
    if (const auto at = line.find_first_not_of(' ');
        line.compare(std::min(at, line.size()), 5, "curl ") == 0)
      lines.push_back(line.substr(at));
  return lines;
}

TEST_F(Command, TheLinesThatAStartPrintsWorkAgainAndAgain) {
  running_maque server{folder.path()};
  server.program().await_error("/api/config\n");
  const std::string banner = server.program().standard_error();
  EXPECT_THAT(banner, HasSubstr("SQLite in ./data/maque.db"));
  EXPECT_THAT(banner, HasSubstr("simulator"));
  const auto lines = lines_to_try(banner);
  ASSERT_EQ(lines.size(), 3U) << banner;
  const std::vector<std::string> expected{"access_token", "created_at", "values"};
  for (int round = 0; round < 2; ++round)
    for (std::size_t line = 0; line < lines.size(); ++line) {
      launch bash = maque_in(folder.path(), {"-c", lines[line]});
      bash.program = "/bin/bash";
      const auto answered = run(bash);
      EXPECT_EQ(answered.status.code, 0) << lines[line] << answered.error;
      const auto reply = nlohmann::json::parse(answered.output);
      EXPECT_EQ(reply.at("code"), 200) << lines[line] << answered.output;
      EXPECT_TRUE(reply.at("data").contains(expected[line])) << answered.output;
    }
}

} // namespace
} // namespace maque::test
