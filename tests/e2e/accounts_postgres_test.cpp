#include "maque_program.hpp"
#include "support/postgres_server.hpp"
#include "support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace maque::test {
namespace {

using namespace std::chrono_literals;

/// A server and commands on a PostgreSQL database of their own.
class AccountsOnPostgres : public testing::Test {
protected:
  std::string run_maque(std::vector<std::string> arguments, const std::string& input = {}) const {
    launch what = maque_in(folder.path(), std::move(arguments), environment);
    what.input = folder.path() / "input";
    std::ofstream{what.input} << input;
    const auto ended = run(what);
    EXPECT_EQ(ended.status.code, 0) << ended.error;
    return ended.output;
  }

  temporary_folder folder;
  postgres_database database{postgres_server::shared(), "template0"};
  const std::map<std::string, std::string> environment{{"MAQUE_DATABASE_URL", database.url()}};
  const running_maque server{folder.path(), {}, environment};
};

TEST_F(AccountsOnPostgres, AreManagedWhileAServerRuns) {
  // bcrypt of "correct horse battery" with cost 4.
  run_maque({"user", "import", "-"},
            "alice,$2b$04$abcdefghijklmnopqrstuuqREtd3VJD2QVZbuFskFSLk6eRIrQoOS\n");
  const std::string body = R"({"username":"alice","password":"correct horse battery"})";
  const login alice = read_login(server.ask({"POST", "/api/v1/login", {}, body}));
  EXPECT_NE(run_maque({"user", "sessions", "alice"}).find(" open "), std::string::npos);
  EXPECT_EQ(run_maque({"user", "disable", "alice"}),
            "alice (id:" + alice.user_id + "): disabled, 1 session ended\n");
  const auto is_signed_out = [&] {
    return server.ask({"GET", "/api/user/info", alice.access_token, {}}).status == 401;
  };
  await(is_signed_out, "still signed in", 5s);
  run_maque({"user", "enable", "alice"});
  run_maque({"user", "set-password", "alice", "--password-stdin"}, "another long one");
  EXPECT_EQ(server.ask({"POST", "/api/v1/login", {}, body}).status, 401);

  const std::string added = run_maque({"invitation", "add"});
  run_maque({"invitation", "remove", added.substr(std::string{"invitation "}.size(), 8)});
  EXPECT_EQ(database.query("SELECT count(*) FROM invitations"), "0");
  run_maque({"user", "delete", "alice", "--yes"});
  EXPECT_EQ(run_maque({"user", "list", "--json"}), "");
}

} // namespace
} // namespace maque::test
