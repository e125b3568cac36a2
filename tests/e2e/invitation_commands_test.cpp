#include "account_commands.hpp"

namespace maque::test {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

class InvitationCommand : public account_commands {
protected:
  struct made {
    std::string name;
    std::string code;
  };

  made invite(std::vector<std::string> options = {}) const {
    options.insert(options.begin(), {"invitation", "add"});
    const std::string printed = succeed(options);
    return {behind("invitation ", printed).substr(0, 8), behind("this once: ", printed)};
  }

  std::string list() const { return succeed({"invitation", "list"}); }

  int sign_up(const running_maque& server, const std::string& name, const std::string& code) const {
    const nlohmann::json body{
        {"username", name}, {"password", password}, {"invitation_code", code}};
    return server.ask({"POST", "/api/v1/register", {}, body.dump()}).status;
  }
};

TEST_F(InvitationCommand, AddPrintsACodeThatLetsSoManyRegister) {
  const running_maque server{folder.path(), {"--accounts.registration=invitation"}};
  const std::string printed =
      succeed({"invitation", "add", "--uses", "2", "--note", "for the class of 2026"});
  EXPECT_THAT(printed,
              testing::MatchesRegex("invitation [0-9a-f]{8}: added, 2 uses, expires: 20[^ ]+Z\n"
                                    "code, shown this once: [A-Za-z0-9_][A-Za-z0-9_-]{21}\n"));
  const std::string code = behind("this once: ", printed);
  EXPECT_EQ(sign_up(server, "alice", "x" + code), 403);
  EXPECT_EQ(sign_up(server, "alice", code), 200);
  EXPECT_THAT(list(), ContainsRegex("[0-9a-f]{8} +1 +20[^ ]+Z +20[^ ]+Z +for the class of 2026\n"));
  EXPECT_THAT(list(), Not(HasSubstr(code)));
  EXPECT_EQ(sign_up(server, "bob", code), 200);
  EXPECT_EQ(sign_up(server, "carl", code), 403);
}

TEST_F(InvitationCommand, RemoveTakesANameOrACode) {
  const running_maque server{folder.path(), {"--accounts.registration=invitation"}};
  const made first = invite();
  const made second = invite({"--expires", "never"});
  const made third = invite({"--expires", "1h"});
  EXPECT_THAT(list(), ContainsRegex(second.name + " +1 +20[^ ]+Z +never"));

  EXPECT_EQ(succeed({"invitation", "remove", first.name}),
            "invitation " + first.name + ": removed, it had 1 use left\n");
  EXPECT_EQ(succeed({"invitation", "remove", second.code}),
            "invitation " + second.name + ": removed, it had 1 use left\n");
  EXPECT_EQ(sign_up(server, "alice", first.code), 403);
  EXPECT_EQ(sign_up(server, "alice", second.code), 403);
  EXPECT_THAT(list(), HasSubstr(third.name));
  for (const std::string& none :
       {first.name, second.code, std::string{""}, third.name.substr(0, 7)})
    EXPECT_THAT(run_maque({"invitation", "remove", none}).error,
                HasSubstr("there is no such invitation"))
        << none;
  EXPECT_EQ(sign_up(server, "alice", third.code), 200);
}

TEST_F(InvitationCommand, AnInvitationIsWorthNothingWhenItsTimeIsOver) {
  const running_maque server{folder.path(), {"--accounts.registration=invitation"}};
  EXPECT_EQ(sign_up(server, "alice", invite({"--expires", "1ms"}).code), 403);
}

TEST_F(InvitationCommand, AddRefusesWhatMakesNoSense) {
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"--uses", "0"},    {"--uses", "1000001"},  {"--uses", "x"},      {"--expires", "0s"},
      {"--expires", "7"}, {"--expires", "3651d"}, {"--expires", "-1d"}, {"--expires", "always"}};
  for (const auto& [option, value] : wrong)
    EXPECT_NE(run_maque({"invitation", "add", option, value}).status.code, 0) << option << value;
  for (const std::string& note :
       {std::string(257, 'x'), std::string{"a\nb"}, std::string{"\x1B[31m"}, std::string{"\xFF"}})
    EXPECT_THAT(run_maque({"invitation", "add", "--note", note}).error, HasSubstr("a note is"));
  const std::string listed = list();
  EXPECT_EQ(std::count(listed.begin(), listed.end(), '\n'), 1) << listed;
}

} // namespace
} // namespace maque::test
