#include "config_fixture.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <sys/stat.h>

namespace maque::config {
namespace {

using testing::ElementsAre;

class SettingsFiles : public config_fixture {
protected:
  // Makes the same thing in place of either file.
  template <class Make>
  void expect_both_refused(Make make, const std::string& suffix, const std::string& what) {
    make(from.file);
    make(from.env_file);
    EXPECT_THAT(load(from).problems,
                ElementsAre(is_problem(from.file.string() + suffix, what),
                            is_problem(from.env_file.string() + suffix, what)));
  }
};

TEST_F(SettingsFiles, MustExistIfTheUserNamedThem) {
  from.file_required = true;
  EXPECT_THAT(load(from).problems, ElementsAre(is_problem(from.file, "No such file")));
  write_toml("");
  EXPECT_EQ(describe(load(from).problems), "");
  from.env_file_required = true;
  EXPECT_THAT(load(from).problems, ElementsAre(is_problem(from.env_file, "No such file")));
  write_env_file("");
  EXPECT_EQ(describe(load(from).problems), "");
}

TEST_F(SettingsFiles, AreNotReadIfNoneIsNamed) {
  from.file.clear();
  from.env_file.clear();
  from.file_required = from.env_file_required = true;
  EXPECT_EQ(describe(load(from).problems), "");
}

TEST_F(SettingsFiles, MustNotBeFolders) {
  expect_both_refused([](const auto& file) { std::filesystem::create_directory(file); }, "",
                      "is a folder");
}

TEST_F(SettingsFiles, MustNotBePipesAndDoNotHoldUpTheStart) {
  expect_both_refused([](const auto& file) { ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0); }, "",
                      "is not a file");
}

TEST_F(SettingsFiles, MustBeReadable) {
  // A link to itself can't be opened even by root, whom permissions don't stop.
  expect_both_refused([](const auto& file) { std::filesystem::create_symlink(file, file); }, "",
                      "can't be opened: ");
}

TEST_F(SettingsFiles, MustNotFailWhileTheyAreRead) {
  expect_both_refused(
      [](const auto& file) { std::filesystem::create_symlink("/proc/self/mem", file); }, "",
      "can't be read: ");
}

TEST_F(SettingsFiles, MustBeUtf8) {
  expect_both_refused(
      [](const auto& file) { std::ofstream{file} << "# fine\n\n# \xC8\xB8\xFF\n# fine\n"; }, ":3",
      "is not UTF-8");
}

TEST_F(SettingsFiles, MustNotBeHuge) {
  expect_both_refused(
      [](const auto& file) { std::ofstream{file} << std::string(10 * 1024 * 1024, '#'); }, "",
      "is larger than 1 MiB");
}

TEST_F(SettingsFiles, MayBeginWithAByteOrderMarkAndHaveCarriageReturns) {
  write_toml("\xEF\xBB\xBF[http]\r\nport = 81\r\n");
  write_env_file("\xEF\xBB\xBFMAQUE_HTTP_HOST=::1\r\nMAQUE_SERVER_LANES='2'\r\n");
  const auto read = load(from);
  EXPECT_EQ(describe(read.problems), "");
  EXPECT_EQ(read.values.http.port, 81);
  EXPECT_EQ(read.values.http.host, "::1");
  EXPECT_EQ(read.values.server.lanes, 2);
}

TEST_F(SettingsFiles, TellWhereTheTomlIsBroken) {
  write_toml("[http]\nport = 81\nhost = \n");
  write_env_file("MAQUE_HTTP_PORT=x\n");
  const auto problems = load(from).problems;
  ASSERT_EQ(problems.size(), 2);
  EXPECT_EQ(problems[0].where, at_toml(3));
  EXPECT_EQ(problems[1].where, at_env_file(1)); // The other sources are read all the same.
}

TEST_F(SettingsFiles, RefuseAKeyThatIsGivenTwice) {
  write_toml("[http]\nport = 81\nport = 82\n");
  write_env_file("MAQUE_HTTP_PORT=1\n\nMAQUE_HTTP_PORT=2\n");
  const auto problems = load(from).problems;
  ASSERT_EQ(problems.size(), 2);
  EXPECT_EQ(problems[0].where, at_toml(3));
  EXPECT_THAT(problems[1], is_problem(at_env_file(3), "twice, first in line 1"));
}

struct env_row {
  const char* line;
  const char* issuer; // Null: the line is refused.
};

TEST_F(SettingsFiles, ReadTheCustomaryFormsOfAnEnvFile) {
  for (const auto& [line, issuer] : {
           env_row{"MAQUE_AUTH_ISSUER=me", "me"},
           {"  MAQUE_AUTH_ISSUER = me  ", "me"},
           {"export MAQUE_AUTH_ISSUER=me", "me"},
           {"export   MAQUE_AUTH_ISSUER=me", "me"},
           {"MAQUE_AUTH_ISSUER=me and you", "me and you"},
           {"MAQUE_AUTH_ISSUER=me # comment", "me"},
           {"MAQUE_AUTH_ISSUER=me\t# comment", "me"},
           {"MAQUE_AUTH_ISSUER=me#1", "me#1"},
           {"MAQUE_AUTH_ISSUER=#1", "#1"},
           {"MAQUE_AUTH_ISSUER=a=b==", "a=b=="},
           {"MAQUE_AUTH_ISSUER=$HOME\\n", "$HOME\\n"},
           {"MAQUE_AUTH_ISSUER='me # \"you\" \\n'", "me # \"you\" \\n"},
           {"MAQUE_AUTH_ISSUER=\"me # 'you'\"", "me # 'you'"},
           {"MAQUE_AUTH_ISSUER=\"a\\\"b\\\\c\"", "a\"b\\c"},
           {"MAQUE_AUTH_ISSUER=\"me\" # comment", "me"},
           {"MAQUE_AUTH_ISSUER=麻雀", "麻雀"},
           {"# MAQUE_AUTH_ISSUER=me", "maque"},
           {"OTHER=me", "maque"},
           {"", "maque"},
           {"   \t", "maque"},
           {"MAQUE_AUTH_ISSUER=", nullptr},
           {"MAQUE_AUTH_ISSUER=''", nullptr},
           {"MAQUE_AUTH_ISSUER= # comment", nullptr},
           {"MAQUE_AUTH_ISSUER", nullptr},
           {"MAQUE_AUTH_ISSUER: me", nullptr},
           {"=me", nullptr},
           {"1MAQUE=me", nullptr},
           {"MAQUE-AUTH=me", nullptr},
           {"MAQUE_AUTH_ISSUER='me", nullptr},
           {"MAQUE_AUTH_ISSUER=\"me", nullptr},
           {"MAQUE_AUTH_ISSUER=\"me\\\"", nullptr},
           {"MAQUE_AUTH_ISSUER=\"me\\x\"", nullptr},
           {"MAQUE_AUTH_ISSUER=\"me\\", nullptr},
           {"MAQUE_AUTH_ISSUER=\"me\" you", nullptr},
           {"MAQUE_AUTH_ISSUER=\"me\\n\"", nullptr},
           {"OTHER=\"me", nullptr},
       }) {
    write_env_file(std::string{"\n"} + line);
    const auto read = load(from);
    if (issuer != nullptr) {
      EXPECT_EQ(describe(read.problems), "") << line;
      EXPECT_EQ(read.values.auth.issuer, issuer) << line;
    } else {
      ASSERT_EQ(read.problems.size(), 1) << line;
      EXPECT_EQ(read.problems[0].where, at_env_file(2)) << line;
    }
  }
}

} // namespace
} // namespace maque::config
