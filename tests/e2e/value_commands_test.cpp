#include "account_commands.hpp"

namespace maque::test {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

class ValueCommand : public account_commands {
protected:
  using arguments = std::vector<std::string>;

  static arguments of(arguments given) {
    given.insert(given.begin(), "config-values");
    return given;
  }

  std::string values(arguments given, const std::string& input = {}) const {
    return succeed(of(std::move(given)), input);
  }
  std::string refused(arguments given, const std::string& input = {}) const {
    return fail(of(std::move(given)), input);
  }

  std::string write_file(const std::string& name, const std::string& text) const {
    const auto file = folder.path() / name;
    std::ofstream{file} << text;
    return file.string();
  }
};

TEST_F(ValueCommand, SetTakesTheValueFromStandardInput) {
  EXPECT_EQ(values({"set", "limits", "-"}, "{ \"a\": [1.50, 2] }\n"), "version 1\n");
  EXPECT_EQ(values({"get", "limits"}), "{\"a\":[1.50,2]}\n");
}

TEST_F(ValueCommand, SetKeepsWhatItHasNoOptionFor) {
  const std::string schema = write_file("schema.json", R"({"type": "string"})");
  values({"set", "theme", "\"red\"", "--description", "The look", "--visibility", "server",
          "--appid", "wx2", "--appid", "wx1", "--percentage", "12.5", "--otherwise", "\"blue\"",
          "--schema", schema, "--note", "first"});
  values({"set", "theme", "\"green\""});
  const std::string table = values({"list", "--table"});
  EXPECT_THAT(table, ContainsRegex("theme +2 +server +12.50 % of wx1 wx2 +command line \\("));
  EXPECT_THAT(refused({"set", "theme", "1"}),
              HasSubstr("does not fit its schema: value: at the top"));
  EXPECT_EQ(values({"set", "theme", "1", "--no-schema", "--everybody"}), "version 3\n");
  EXPECT_THAT(values({"list", "--table"}), ContainsRegex("theme +3 +server +everybody"));
}

TEST_F(ValueCommand, HistoryDiffAndRollbackShowAndUndoWhatWasChanged) {
  values({"set", "theme", R"({"colour":"red","size":1})", "--note", "first"});
  values({"set", "theme", R"({"colour":"blue","tone":2})"});
  values({"remove", "theme", "--note", "ugly"});
  EXPECT_THAT(values({"history", "theme"}),
              MatchesRegex("VERSION  WHEN.*\n +3 .*\\(removed\\)  # ugly\n"
                           " +2 .*\"blue\".*\n +1 .*command line \\(.*\"red\".*# first\n"));
  EXPECT_THAT(values({"history", "theme", "--limit", "1"}), Not(HasSubstr("blue")));
  EXPECT_EQ(values({"diff", "theme", "1", "2"}),
            "- /colour: \"red\"\n+ /colour: \"blue\"\n- /size: 1\n+ /tone: 2\n");
  EXPECT_EQ(nlohmann::json::parse(values({"diff", "theme", "2", "3", "--json"})),
            nlohmann::json::parse(R"([{"op":"replace","path":"","value":null}])"));
  EXPECT_EQ(values({"rollback", "theme", "1", "--note", "better"}), "version 4\n");
  EXPECT_EQ(values({"get", "theme"}), "{\"colour\":\"red\",\"size\":1}\n");
  const auto newest = nlohmann::json::parse(values({"history", "theme", "--limit", "1", "--json"}));
  EXPECT_EQ(newest.at("note"), "better");
  EXPECT_EQ(newest.at("value").at("size"), 1);
}

TEST_F(ValueCommand, WhatMakesNoSenseIsToldClearly) {
  values({"set", "theme", "1"});
  const std::string broken = write_file("broken.json", R"({"type":"strnig"})");
  const std::vector<std::pair<arguments, std::string>> cases{
      {{"set", "a\nb", "1"}, "without control characters"},
      {{"set", "theme", "2", "--base-version", "0"}, "its version is 1 by now, not 0"},
      {{"remove", "theme", "--base-version", "7"}, "its version is 1 by now, not 7"},
      {{"remove", "none"}, "there is no value none"},
      {{"get", "none"}, "there is no value none"},
      {{"history", "none"}, "there was never a value none"},
      {{"rollback", "theme", "9"}, "never had this version"},
      {{"diff", "theme", "1", "9"}, "theme never had the version 9"},
      {{"set", "theme", "1", "--schema", broken}, "schema: at /type: no such type"},
      {{"set", "theme", "1", "--schema", "nothing.json"}, "nothing.json can't be read"},
      {{"set", "theme", "1", "--otherwise", "{"}, "that is not JSON"},
      {{"set", "theme", "1", "--appid", "wx 1"}, "that is no appid"},
      {{"set", "theme", "1", "--note", "a\nb"}, "note: UTF-8 without control characters"},
  };
  for (const auto& [given, told] : cases)
    EXPECT_THAT(refused(given), HasSubstr(told));
  EXPECT_THAT(refused({"set", "theme", "-"}, std::string(10 * 1024 * 1024, '1')),
              HasSubstr("standard input is too long: at most 262144 bytes"));
  EXPECT_EQ(values({"get", "theme"}), "1\n");
}

} // namespace
} // namespace maque::test
