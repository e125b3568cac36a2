#include "account_commands.hpp"

namespace maque::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class UserImportCommand : public account_commands {};

/// Of "correct horse battery".
const std::string bcrypt = "$2b$04$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS";

std::string many_users(int number) {
  std::string lines;
  for (int user = 0; user < number; ++user)
    lines += "user" + std::to_string(user) + "," + bcrypt + "\n";
  return lines;
}

TEST_F(UserImportCommand, TellsEachLineThatIsWrongAndAddsTheOthers) {
  add_user("taken");
  const std::string lines = "alice," + bcrypt + "\r\n"       // 1
                            + "no comma\n"                   // 2
                            + "\n"                           // 3: none
                            + "al," + bcrypt + "\n"          // 4
                            + "bob,md5-of-something\n"       // 5
                            + "TAKEN," + bcrypt + "\n"       // 6
                            + "Alice," + bcrypt + "\n"       // 7
                            + std::string(9'000, 'x') + "\n" // 8
                            + "carl," + bcrypt;              // 9
  std::ofstream{folder.path() / "users.csv"} << lines;
  const auto imported = run_maque({"user", "import", "users.csv"});
  EXPECT_EQ(imported.status.code, 1);
  EXPECT_EQ(imported.output, "2 users added, 6 lines refused\n");
  for (const char* const told :
       {"users.csv:2: no comma", "users.csv:4: username: shorter than 3", "users.csv:5: hash: not",
        "users.csv:6: taken: this username is taken", "users.csv:7: alice: this username is taken",
        "users.csv:8: longer than", "users: 9 lines\n"})
    EXPECT_THAT(imported.error, HasSubstr(told));
  EXPECT_THAT(imported.error, Not(HasSubstr("md5-of")));
  EXPECT_THAT(imported.error, Not(HasSubstr("$2b$")));

  const running_maque server{folder.path()};
  for (const char* const name : {"alice", "carl", "taken"})
    EXPECT_EQ(log_in_with(server, name, password).status, 200) << name;
}

TEST_F(UserImportCommand, ReadsStandardInputInBatches) {
  const auto imported = run_maque({"user", "import", "-", "--quiet"}, many_users(1'000));
  EXPECT_EQ(imported.status.code, 0);
  EXPECT_EQ(imported.output, "1000 users added, 0 lines refused\n");
  EXPECT_EQ(imported.error, "");
  const auto all = users();
  ASSERT_EQ(all.size(), 1'000U);
  EXPECT_EQ(all.front().at("username"), "user0");
  EXPECT_EQ(all.back().at("username"), "user999");

  const auto again = run_maque({"user", "import", "-", "--quiet"}, many_users(1'001));
  EXPECT_EQ(again.status.code, 1);
  EXPECT_EQ(again.output, "1 user added, 1000 lines refused\n");
  EXPECT_THAT(again.error, HasSubstr("standard input:1000: user999: this username is taken\n"));
}

TEST_F(UserImportCommand, ListGoesOverAllPagesUpToItsLimit) {
  succeed({"user", "import", "-"}, many_users(250));
  for (const auto& [limit, lines] : {std::pair{"1", 1}, {"100", 100}, {"101", 101}, {"999", 250}}) {
    const std::string listed = succeed({"user", "list", "--limit", limit});
    EXPECT_EQ(std::count(listed.begin(), listed.end(), '\n'), lines + 1) << limit; // its head
  }
  EXPECT_GT(run_maque({"user", "list", "--limit", "0"}).status.code, 1);
}

TEST_F(UserImportCommand, SaysThatAFileCantBeOpened) {
  const auto refused = run_maque({"user", "import", "nowhere.csv"});
  EXPECT_EQ(refused.status.code, 1);
  EXPECT_THAT(refused.error, HasSubstr("nowhere.csv: can't be opened"));
}

} // namespace
} // namespace maque::test
