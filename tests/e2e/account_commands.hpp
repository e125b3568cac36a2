#pragma once

#include "maque_program.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <string>
#include <utility>
#include <vector>

namespace maque::test {

/// Commands about accounts, in a folder of their own.
class account_commands : public testing::Test {
protected:
  finished run_maque(std::vector<std::string> arguments, const std::string& input = {}) const {
    return run(with_input(std::move(arguments), input));
  }

  /// The same; the test fails if the command does.
  std::string succeed(std::vector<std::string> arguments, const std::string& input = {}) const {
    const auto ended = run_maque(std::move(arguments), input);
    EXPECT_EQ(ended.status.code, 0) << ended.error;
    return ended.output;
  }

  /// What is told when a command fails with 1, as it has to.
  std::string fail(std::vector<std::string> arguments, const std::string& input = {}) const {
    const auto ended = run_maque(std::move(arguments), input);
    EXPECT_EQ(ended.status.code, 1) << ended.output;
    EXPECT_THAT(ended.output, testing::Not(testing::HasSubstr("(id:"))) << "nothing was done";
    return ended.error;
  }

  /// What `maque user list --json` says.
  std::vector<nlohmann::json> users() const {
    std::vector<nlohmann::json> all;
    std::istringstream lines{succeed({"user", "list", "--json"})};
    for (std::string line; std::getline(lines, line);)
      all.push_back(nlohmann::json::parse(line));
    return all;
  }

  void add_user(const std::string& name) const {
    succeed({"user", "add", name, "--password-stdin"}, password + "\n");
  }

  launch with_input(std::vector<std::string> arguments, const std::string& input) const {
    launch what = maque_in(folder.path(), std::move(arguments));
    what.input = folder.path() / "input";
    std::ofstream{what.input, std::ios::binary} << input;
    return what;
  }

  const std::string password = "correct horse battery";
  temporary_folder folder;
};

inline response log_in_with(const running_maque& server, const std::string& name,
                            const std::string& password) {
  const nlohmann::json body{{"username", name}, {"password", password}};
  return server.ask({"POST", "/api/v1/login", {}, body.dump()});
}

/// What a request with this access token is answered with.
inline int status_with(const running_maque& server, const std::string& access_token) {
  return server.ask({"GET", "/api/user/info", access_token, {}}).status;
}

/// What is behind `mark`, up to the end of the line.
inline std::string behind(const std::string& mark, const std::string& text) {
  const auto at = text.find(mark);
  if (at == std::string::npos) return {};
  const auto begin = at + mark.size();
  return text.substr(begin, text.find('\n', begin) - begin);
}

} // namespace maque::test
