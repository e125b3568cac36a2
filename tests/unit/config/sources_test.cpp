#include "config_fixture.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>

namespace maque::config {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class SettingsSources : public config_fixture {};

TEST_F(SettingsSources, MayAllBeAbsent) {
  const auto read = load(from);
  EXPECT_EQ(describe(read.problems), "");
  EXPECT_EQ(show(read.values), show(settings{}));
}

TEST_F(SettingsSources, GoOverEachOtherInTheirOrder) {
  const std::vector<std::function<void()>> givers = {
      [this] { write_toml("[http]\nport = 1001\n"); },
      [this] { write_env_file("MAQUE_HTTP_PORT=1002\n"); },
      [this] { from.environment["MAQUE_HTTP_PORT"] = "1003"; },
      [this] { from.flags.emplace_back("http.port", "1004"); },
  };
  for (std::size_t lower = 0; lower < givers.size(); ++lower) {
    for (std::size_t higher = lower; higher < givers.size(); ++higher) {
      std::filesystem::remove(from.file);
      std::filesystem::remove(from.env_file);
      from.environment.clear();
      from.flags.clear();
      givers[higher]();
      givers[lower]();
      const auto read = load(from);
      EXPECT_EQ(describe(read.problems), "");
      EXPECT_EQ(read.values.http.port, 1001 + higher) << lower;
    }
  }
}

TEST_F(SettingsSources, AddUpWhereTheyGiveDifferentSettings) {
  write_toml("[http]\nport = 1\nhost = \"::1\"\n[cache]\nttl = 1500\n");
  write_env_file("MAQUE_HTTP_IDLE_TIMEOUT=2m\n");
  from.environment["MAQUE_SERVER_LANES"] = "3";
  from.environment["HOME"] = "/root";
  from.flags = {{"log.access_sample", "0.25"}, {"log.level", "warn"}, {"log.level", "debug"}};
  const auto read = load(from);
  EXPECT_EQ(describe(read.problems), "");
  EXPECT_EQ(read.values.http.port, 1);
  EXPECT_EQ(read.values.http.host, "::1");
  EXPECT_EQ(read.values.cache.ttl, 1500ms);
  EXPECT_EQ(read.values.http.idle_timeout, 2min);
  EXPECT_EQ(read.values.server.lanes, 3);
  EXPECT_EQ(read.values.log.access_sample, 0.25);
  EXPECT_EQ(read.values.log.level, "debug"); // The last flag counts.
}

TEST_F(SettingsSources, TellAllProblemsAtOnceWithTheirPlaces) {
  write_toml("[http]\n"
             "prot = 80\n"
             "\n"
             "max_body_bytes = \"1MB\"\n"
             "port = 70000\n"
             "[htpp]\n"
             "port = 1\n"
             "[log]\n"
             "level = \"loud\"\n");
  write_env_file("# settings\nMAQUE_HTTP_HOTS=x\nnonsense\nMAQUE_CACHE_TTL=soon\n");
  from.environment = {{"MAQUE_DATABASE_URI", "x"}, {"MAQUE_SERVER_LANES", "257"}};
  from.flags = {{"auth.issuers", "x"}, {"auth.access_ttl", "1"}};
  EXPECT_THAT(
      load(from).problems,
      ElementsAre(
          is_problem(at_toml(2), "http.prot is not a setting; did you mean port?"),
          is_problem(at_toml(4), "http.max_body_bytes must be a whole number of bytes from 1024 to "
                                 "67108864; it is \"1MB\""),
          is_problem(at_toml(5), "http.port must be a whole number from 0 to 65535; it is 70000"),
          is_problem(at_toml(6), "there is no section [htpp]; did you mean [http]?"),
          is_problem(at_toml(9), "log.level must be one of \"trace\", \"debug\""),
          is_problem(at_env_file(2),
                     "MAQUE_HTTP_HOTS is not a setting; did you mean MAQUE_HTTP_HOST?"),
          is_problem(at_env_file(3), "KEY=VALUE"),
          is_problem(at_env_file(4), "cache.ttl must be a duration from \"1ms\" to \"1d\""),
          is_problem("environment MAQUE_DATABASE_URI", "did you mean MAQUE_DATABASE_URL?"),
          is_problem("environment MAQUE_SERVER_LANES", "from 0 to 256; it is 257"),
          is_problem("flag --auth.issuers", "did you mean auth.issuer?"),
          is_problem("flag --auth.access_ttl", "whole seconds")));
}

TEST_F(SettingsSources, SuggestOnlyWhatIsNear) {
  from.environment = {{"MAQUE_SOMETHING_ELSE_ALTOGETHER", "1"}};
  EXPECT_THAT(load(from).problems,
              ElementsAre(testing::Field("what", &problem::what,
                                         "MAQUE_SOMETHING_ELSE_ALTOGETHER is not a setting")));
}

struct misplaced {
  const char* toml;
  const char* what;
};

TEST_F(SettingsSources, NameWhatIsWrongWithTheShapeOfTheFile) {
  for (const auto& [toml, what] : {
           misplaced{"port = 80",
                     "port is not a setting; did you mean port in the section [http]?"},
           {"http = 5", "http must be a section"},
           {"[[http]]\nport = 80", "http must be a section"},
           {"[http.tls]\ncert = 1", "http.tls is not a setting"},
           {"[http.port]\nx = 1",
            "http.port must be a whole number from 0 to 65535; it is a table"},
           {"[[peers]]\nx = 1", "there is no section [peers]"},
           {"[http]\nappid = \"x\"", "did you mean appid in the section [wechat]?"},
       }) {
    write_toml(toml);
    const auto problems = load(from).problems;
    ASSERT_EQ(problems.size(), 1) << toml;
    EXPECT_THAT(problems[0].what, testing::HasSubstr(what));
    EXPECT_THAT(problems[0].where, testing::StartsWith(from.file.string() + ":"));
  }
}

TEST_F(SettingsSources, RefuseTypesThatAnOptionDoesNotHave) {
  for (const auto* toml :
       {"[http]\nport = \"8080\"", "[http]\nport = 8080.0", "[http]\nport = true",
        "[http]\nhost = 1", "[http]\nidle_timeout = 1.5", "[http]\nidle_timeout = 10:00:00",
        "[http]\ncors = true", "[http]\ncors_origins = \"https://a.example\"",
        "[http]\ncors_origins = [1]", "[http]\ncors_origins = [\"\"]",
        "[log]\naccess_sample = \"1\"", "[log]\nfile = []", "[wechat]\napp_secret = 1",
        "[http]\nhost = \"a\\nb\""}) {
    write_toml(toml);
    EXPECT_THAT(load(from).problems, ElementsAre(is_problem(at_toml(2), " must be "))) << toml;
  }
}

TEST_F(SettingsSources, RefuseTextThatIsNotWhatAnOptionWants) {
  for (const auto& [name, text] : std::vector<std::pair<std::string, std::string>>{
           {"http.port", ""},
           {"http.port", "80 "},
           {"http.port", "0x50"},
           {"http.port", "99999999999999999999"},
           {"http.idle_timeout", "10sec"},
           {"http.idle_timeout", "1h30m"},
           {"http.idle_timeout", "1.5s"},
           {"http.idle_timeout", "-1s"},
           {"http.idle_timeout", "s"},
           {"http.idle_timeout", "9223372036854775807d"},
           {"log.access_sample", "nan"},
           {"log.access_sample", "half"},
           {"http.cors_origins", "https://a.example,"},
           {"http.cors", "ANY"},
           {"auth.issuer", "\xFF"}}) {
    from.flags = {{name, text}};
    EXPECT_THAT(load(from).problems, ElementsAre(is_problem("flag --" + name, name + " must be ")))
        << text;
  }
}

TEST_F(SettingsSources, SplitListsAtCommas) {
  from.environment = {{"MAQUE_HTTP_CORS_ORIGINS", "https://a.example , http://b.example:8080"}};
  const auto read = load(from);
  EXPECT_EQ(describe(read.problems), "");
  EXPECT_THAT(read.values.http.cors_origins,
              ElementsAre("https://a.example", "http://b.example:8080"));
}

TEST_F(SettingsSources, Asvs16_2_5_NeverShowASecretInAProblem) {
  const std::string hidden = "12345678901234567890123456789";
  const auto expect_hidden = [&] {
    const auto problems = load(from).problems;
    EXPECT_FALSE(problems.empty());
    EXPECT_THAT(describe(problems), testing::Not(testing::HasSubstr("12345")));
  };
  for (const auto& line : std::vector<std::string>{
           "app_secret = " + hidden, "app_secret = [\"" + hidden + "\"]",
           "app_secret = \"" + hidden + "\\n\"", "app_secret = '" + hidden, "app_secret = 1234567",
           "app_secret = \"" + std::string(300, '1') + hidden + "\"", "app_secret =\n" + hidden,
           "app_secret = t" + hidden}) {
    write_toml("[wechat]\n" + line + "\n");
    expect_hidden();
  }
  std::filesystem::remove(from.file);
  for (const auto& line : std::vector<std::string>{
           "MAQUE_WECHAT_APP_SECRET=\"" + hidden, "MAQUE_AUTH_SIGNING_SECRET=12345",
           "MAQUE_WECHAT_APP_SECRET " + hidden, "MAQUE_WECHAT_APPSECRET=" + hidden,
           "MAQUE_WECHAT_APP_SECRET=\"" + hidden + "\"" + hidden}) {
    write_env_file(line);
    expect_hidden();
  }
  std::filesystem::remove(from.env_file);
  from.environment = {{"MAQUE_WECHAT_APP_SECRET", hidden + "\n"}};
  expect_hidden();
  from.environment = {{"MAQUE_DATABASE_URL", "postgrex://maque:" + hidden + "@db/maque"}};
  expect_hidden();
}

} // namespace
} // namespace maque::config
