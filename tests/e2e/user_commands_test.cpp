#include "account_commands.hpp"
#include "pseudo_terminal.hpp"

#include <csignal>
#include <sstream>

namespace maque::test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class UserCommand : public account_commands {
protected:
  std::vector<std::string> add(const std::string& name) const {
    return {"user", "add", name, "--password-stdin"};
  }
};

/// bcrypt of "correct horse battery" with cost 4.
const std::string hash_of_password = "$2b$04$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS";

/// The id in the first row of a table.
std::string first_id(const std::string& table) {
  std::istringstream rows{table.substr(table.find('\n') + 1)};
  std::string id;
  rows >> id;
  return id;
}

TEST_F(UserCommand, AddMakesARandomPasswordOf128BitsAndPrintsItOnce) {
  const running_maque server{folder.path()};
  const std::string added = succeed({"user", "add", "Alice"});
  EXPECT_THAT(added, testing::MatchesRegex("alice \\(id:[1-9][0-9]*\\): added, with the role user\n"
                                           "password, shown this once: [A-Za-z0-9_-]{22}\n"));
  const std::string made = behind("this once: ", added);
  EXPECT_EQ(log_in_with(server, "alice", made).status, 200);
  EXPECT_EQ(log_in_with(server, "alice", made + "x").status, 401);
  EXPECT_NE(behind("this once: ", succeed({"user", "add", "bob"})), made);
  EXPECT_THAT(succeed({"user", "list"}), Not(HasSubstr(made)));
}

TEST_F(UserCommand, AddReadsThePasswordFromStandardInputAndNeverPrintsIt) {
  const auto added = run_maque(add("alice"), password + "\r\nanother line\n");
  EXPECT_EQ(added.status.code, 0);
  EXPECT_THAT(added.output, HasSubstr("alice (id:"));
  EXPECT_THAT(added.output + added.error, Not(HasSubstr("horse")));
  const auto as_argument = run_maque({"user", "add", "bob", "--password", password});
  EXPECT_GT(as_argument.status.code, 1);

  const running_maque server{folder.path()};
  EXPECT_EQ(log_in_with(server, "alice", password).status, 200);
  EXPECT_EQ(users().size(), 1U);
}

TEST_F(UserCommand, AddRefusesPasswordsThatNobodyMaySet_ASVS_6_2_1_6_2_4) {
  const std::vector<std::pair<std::string, std::string>> refused{
      {"", "nothing was given"},
      {"\n", "nothing was given"},
      {"1234567", "shorter than 8"},
      {"Password1", "most common"},
      {"ALICE-SMITH", "the same as the username"},
      {"12345678\xFF", "not valid UTF-8"},
      {std::string(129, 'x'), "longer than 128"},
      {std::string(5'000, 'x'), "longer than 1024 bytes"}};
  for (const auto& [given, why] : refused)
    EXPECT_THAT(fail(add("alice-smith"), given), HasSubstr(why)) << given;
  EXPECT_THAT(users(), IsEmpty());
  succeed(add("alice-smith"), std::string(128, 'x'));
}

TEST_F(UserCommand, AddRefusesUsernamesThatAreTakenOrNone) {
  add_user("alice");
  EXPECT_THAT(fail(add("ALICE"), password), HasSubstr("there is a user alice already"));
  for (const char* const none : {"al", "al ice", ".alice", "id:12345", "\xE9\xBA\xBB\xE9\x9B\x80"})
    EXPECT_THAT(fail(add(none), password), HasSubstr("username: ")) << none;
  EXPECT_EQ(users().size(), 1U);
}

TEST_F(UserCommand, AddGivesTheRoleThatIsAskedFor) {
  succeed({"user", "add", "root", "--role", "operator"});
  EXPECT_EQ(users().at(0).at("role"), "operator");
  EXPECT_GT(run_maque({"user", "add", "other", "--role", "god"}).status.code, 1);
}

TEST_F(UserCommand, IsInTheAuditLogWithWhoHasGivenIt) {
  add_user("alice");
  succeed({"user", "disable", "alice"});
  fail({"user", "disable", "nobody"});
  const std::string all = succeed({"export", "-", "--quiet"});
  EXPECT_THAT(all, HasSubstr(R"("who":"command line ()"));
  EXPECT_THAT(all, HasSubstr(R"("action":"user.add","subject":")" +
                             users().at(0).at("id").get<std::string>()));
  EXPECT_THAT(all, HasSubstr(R"("action":"user.disable")"));
  EXPECT_THAT(all, HasSubstr(R"("audit_log":2,)"));
}

TEST_F(UserCommand, AddTakesTheHashOfAnotherSystemWhichIsUpgradedAtTheNextLogin) {
  succeed({"user", "add", "alice", "--password-hash-stdin"}, hash_of_password + "\n");
  EXPECT_THAT(succeed({"export", "-", "--quiet"}), HasSubstr(hash_of_password));
  for (const std::string& unknown : {std::string{"5f4dcc3b5aa765d61d8327deb882cf99"}, password,
                                     std::string{"$2b$31$"} + hash_of_password.substr(7)}) {
    const std::string told = fail({"user", "add", "bob", "--password-hash-stdin"}, unknown);
    EXPECT_THAT(told, AllOf(HasSubstr("hash: not one of"), Not(HasSubstr(unknown))));
  }
  const running_maque server{folder.path()};
  EXPECT_EQ(log_in_with(server, "alice", password).status, 200);
  EXPECT_THAT(succeed({"export", "-", "--quiet"}),
              AllOf(HasSubstr("$argon2id$"), Not(HasSubstr(hash_of_password))));
}

TEST_F(UserCommand, AddOnATerminalAsksTwiceAndShowsNothing) {
  const pseudo_terminal terminal;
  launch what = maque_in(folder.path(), add("alice"));
  what.input = terminal.path();
  process adding{what};
  adding.await_error("password: ");
  EXPECT_FALSE(terminal.echoes());
  terminal.type(password + "\n");
  adding.await_error("password, again: ");
  EXPECT_FALSE(terminal.echoes());
  terminal.type(password + "\n");
  EXPECT_EQ(adding.wait().code, 0) << adding.standard_error();
  EXPECT_TRUE(terminal.echoes());
  EXPECT_THAT(adding.standard_output() + adding.standard_error(), Not(HasSubstr("horse")));

  what.arguments = add("bob");
  process mistyped{what};
  mistyped.await_error("password: ");
  terminal.type(password + "\n");
  mistyped.await_error("password, again: ");
  terminal.type(password + "!\n");
  EXPECT_EQ(mistyped.wait().code, 1);
  EXPECT_THAT(mistyped.standard_error(), HasSubstr("not the same both times"));
  EXPECT_EQ(users().size(), 1U);
}

TEST_F(UserCommand, ASignalLeavesTheTerminalAsItWas) {
  const pseudo_terminal terminal;
  launch what = maque_in(folder.path(), add("alice"));
  what.input = terminal.path();
  process adding{what};
  adding.await_error("password: ");
  adding.send(SIGINT);
  EXPECT_EQ(adding.wait().signal, SIGINT);
  EXPECT_TRUE(terminal.echoes());
}

TEST_F(UserCommand, DisableEndsSessionsOfARunningServerAndKeepsHimOut_ASVS_7_4_2) {
  add_user("alice");
  add_user("bob");
  const running_maque server{folder.path()};
  const login alice = read_login(log_in_with(server, "alice", password));
  const login bob = read_login(log_in_with(server, "bob", password));
  ASSERT_EQ(status_with(server, alice.access_token), 200);

  EXPECT_EQ(succeed({"user", "disable", "alice"}),
            "alice (id:" + alice.user_id + "): disabled, 1 session ended\n");
  await([&] { return status_with(server, alice.access_token) == 401; }, "still signed in", 5s);
  EXPECT_EQ(log_in_with(server, "alice", password).status, 401);
  EXPECT_EQ(status_with(server, bob.access_token), 200);
  EXPECT_EQ(succeed({"user", "disable", "alice"}),
            "alice (id:" + alice.user_id + "): disabled, 0 sessions ended\n");
  EXPECT_THAT(succeed({"user", "list"}), ContainsRegex("alice +user +disabled"));

  EXPECT_EQ(succeed({"user", "enable", "alice"}), "alice (id:" + alice.user_id + "): enabled\n");
  EXPECT_EQ(status_with(server, alice.access_token), 401);
  EXPECT_EQ(log_in_with(server, "alice", password).status, 200);
}

TEST_F(UserCommand, SetPasswordEndsAllSessions_ASVS_7_4_3) {
  add_user("alice");
  const running_maque server{folder.path()};
  const login alice = read_login(log_in_with(server, "alice", password));
  EXPECT_THAT(fail({"user", "set-password", "alice", "--password-stdin"}, "alice"),
              HasSubstr("shorter than 8"));
  ASSERT_EQ(status_with(server, alice.access_token), 200);

  EXPECT_EQ(succeed({"user", "set-password", "alice", "--password-stdin"}, "another long one"),
            "alice (id:" + alice.user_id + "): has another password, 1 session ended\n");
  await([&] { return status_with(server, alice.access_token) == 401; }, "still signed in", 5s);
  EXPECT_EQ(log_in_with(server, "alice", password).status, 401);
  EXPECT_EQ(log_in_with(server, "alice", "another long one").status, 200);

  const std::string made = succeed({"user", "set-password", "id:" + alice.user_id});
  EXPECT_EQ(log_in_with(server, "alice", behind("this once: ", made)).status, 200);
}

TEST_F(UserCommand, SessionsAreListedAndEndedOneByOneOrTogether_ASVS_7_4_5) {
  add_user("alice");
  const running_maque server{folder.path()};
  const login first = read_login(log_in_with(server, "alice", password));
  const std::string listed = succeed({"user", "sessions", "alice"});
  EXPECT_THAT(listed, ContainsRegex("[0-9]+ +open +20[^ ]+Z +20[^ ]+Z +127.0.0.1"));
  const std::string id = first_id(listed);
  const login second = read_login(log_in_with(server, "alice", password));
  const login third = read_login(log_in_with(server, "alice", password));

  const std::string who = "alice (id:" + first.user_id + ")";
  EXPECT_EQ(succeed({"user", "logout", "alice", "--session", id}), who + ": 1 session ended\n");
  await([&] { return status_with(server, first.access_token) == 401; }, "still signed in", 5s);
  EXPECT_EQ(status_with(server, second.access_token), 200);
  EXPECT_THAT(run_maque({"user", "logout", "alice", "--session", id}).error,
              HasSubstr(who + " has no open session " + id));
  EXPECT_THAT(succeed({"user", "sessions", "alice"}), Not(HasSubstr(id)));

  EXPECT_EQ(succeed({"user", "logout", "alice"}), who + ": 2 sessions ended\n");
  // Each lane looks by itself.
  for (const std::string& token : {second.access_token, third.access_token})
    await([&] { return status_with(server, token) == 401; }, "still signed in", 5s);
  EXPECT_EQ(log_in_with(server, "alice", password).status, 200);
}

TEST_F(UserCommand, ASessionOfSomebodyElseIsNotEnded) {
  add_user("alice");
  add_user("bob");
  const running_maque server{folder.path()};
  const login bob = read_login(log_in_with(server, "bob", password));
  const std::string listed = succeed({"user", "sessions", "bob"});
  const std::string id = first_id(listed);
  EXPECT_EQ(run_maque({"user", "logout", "alice", "--session", id}).status.code, 1);
  EXPECT_THAT(succeed({"user", "sessions", "bob"}), HasSubstr(id));
}

TEST_F(UserCommand, SessionsTellWhichAreOverByTheirTime) {
  add_user("alice");
  {
    running_maque server{folder.path()};
    log_in_with(server, "alice", password);
    server.stop();
  }
  const std::vector<std::string> list{"user", "sessions", "alice", "--auth.access_ttl=1s"};
  EXPECT_THAT(succeed(list), HasSubstr(" open "));
  auto shorter = list;
  shorter.emplace_back("--auth.refresh_idle_ttl=2s");
  await([&] { return succeed(shorter).find(" idle limit passed ") != std::string::npos; },
        "never over", 10s);
}

TEST_F(UserCommand, DeleteAsksUnlessItIsTold) {
  add_user("alice");
  EXPECT_THAT(run_maque({"user", "delete", "alice"}).error, HasSubstr("give --yes"));
  const pseudo_terminal terminal;
  launch what = maque_in(folder.path(), {"user", "delete", "alice"});
  what.input = terminal.path();
  for (const auto& [answer, code] : {std::pair{"\n", 1}, {"n\n", 1}, {"yeah\n", 1}, {"y\n", 0}}) {
    EXPECT_EQ(users().size(), 1U);
    process asking{what};
    asking.await_error("for good? [y/N] ");
    terminal.type(answer);
    EXPECT_EQ(asking.wait().code, code) << answer;
  }
  EXPECT_THAT(users(), IsEmpty());
}

TEST_F(UserCommand, DeleteEndsSessionsAndGivesTheNameFree) {
  add_user("alice");
  const running_maque server{folder.path()};
  const login alice = read_login(log_in_with(server, "alice", password));
  EXPECT_EQ(succeed({"user", "delete", "alice", "--yes"}),
            "alice (id:" + alice.user_id + "): deleted, 1 session ended\n");
  await([&] { return status_with(server, alice.access_token) == 401; }, "still signed in", 5s);
  EXPECT_EQ(log_in_with(server, "alice", password).status, 401);
  EXPECT_THAT(fail({"user", "delete", "id:" + alice.user_id, "--yes"}), HasSubstr("no user"));
  add_user("alice");
  EXPECT_NE(users().at(0).at("id"), alice.user_id);
}

TEST_F(UserCommand, AUserWithoutAUsernameIsNamedByHisId) {
  const running_maque server{folder.path()};
  const login wechat = log_in(server.port(), "dev-carl");
  const std::string who = "id:" + wechat.user_id;
  EXPECT_EQ(users().at(0).at("username"), nullptr);
  EXPECT_EQ(users().at(0).at("wechat_identities"), 1);
  EXPECT_EQ(users().at(0).at("open_sessions"), 1);
  EXPECT_THAT(run_maque({"user", "set-password", who}).error,
              HasSubstr(who + " has no username and password"));
  EXPECT_EQ(succeed({"user", "logout", who}), who + ": 1 session ended\n");
  EXPECT_EQ(succeed({"user", "disable", who}), who + ": disabled, 0 sessions ended\n");
  EXPECT_EQ(users().at(0).at("disabled"), true);
}

TEST_F(UserCommand, EveryOneSaysThatThereIsNoSuchUser) {
  add_user("alice");
  for (const char* const what :
       {"disable", "enable", "delete", "set-password", "sessions", "logout"})
    for (const std::string nobody : {"bob", "id:77", "id:x", "id:"})
      EXPECT_THAT(fail({"user", what, nobody}), HasSubstr("there is no user " + nobody)) << what;
  EXPECT_THAT(fail({"user", "disable", "no body"}), HasSubstr("username: "));
  EXPECT_EQ(users().at(0).at("disabled"), false);
}

TEST_F(UserCommand, HelpNamesThemAll) {
  const auto ended = run_maque({"user", "--help"});
  EXPECT_EQ(ended.status.code, 0);
  for (const char* const name : {"add", "import", "list", "disable", "enable", "delete",
                                 "set-password", "sessions", "logout"})
    EXPECT_THAT(ended.output, HasSubstr(name));
  EXPECT_GT(run_maque({"user"}).status.code, 1);
}

} // namespace
} // namespace maque::test
