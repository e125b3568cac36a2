#include "maque_program.hpp"

#include <gmock/gmock.h>
#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <fcntl.h>
#include <fstream>
#include <memory>
#include <poll.h>
#include <stdexcept>
#include <sys/file.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace maque::test {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

struct database_closer {
  void operator()(sqlite3* handle) const { sqlite3_close(handle); }
};

/// The first column of the last row, as text.
std::string query(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* handle = nullptr;
  sqlite3_open_v2(file.c_str(), &handle, SQLITE_OPEN_READONLY, nullptr);
  const std::unique_ptr<sqlite3, database_closer> database{handle};
  std::string value;
  const auto keep = [](void* out, int, char** columns, char**) {
    *static_cast<std::string*>(out) = columns[0] == nullptr ? "NULL" : columns[0];
    return 0;
  };
  if (sqlite3_exec(handle, sql.c_str(), keep, &value, nullptr) != SQLITE_OK)
    throw std::runtime_error{sqlite3_errmsg(handle)};
  return value;
}

mode_t mode_of(const std::filesystem::path& file) {
  struct stat found {};
  ::stat(file.c_str(), &found);
  return found.st_mode & 07777U;
}

std::string without_time(const std::string& file) {
  const auto begin = file.find(R"("created_at":)");
  return file.substr(0, begin) + file.substr(file.find(R"("rows")"));
}

class MovingCommand : public testing::Test {
protected:
  finished run_maque(std::vector<std::string> arguments) {
    return run(maque_in(folder.path(), std::move(arguments)));
  }

  /// A server that has had some logins, and has ended.
  void fill() {
    running_maque server{folder.path()};
    for (const char* const code : {"dev-alice", "dev-bob"})
      log_in(server.port(), code);
    ASSERT_EQ(run_maque({"config-values", "set", "theme", "\"blue\""}).status.code, 0);
    ASSERT_EQ(server.stop(), 0);
  }

  temporary_folder folder;
  const std::filesystem::path all = folder.path() / "all.jsonl";
};

TEST_F(MovingCommand, ExportIsImportedIntoAnotherDatabase) {
  fill();
  const auto exported = run_maque({"export", "all.jsonl"});
  ASSERT_EQ(exported.status.code, 0) << exported.error;
  EXPECT_EQ(exported.error, "users: 2 rows\nwechat_identities: 2 rows\ncredentials: 0 rows\n"
                            "phone_numbers: 0 rows\nsessions: 2 rows\ninvitations: 0 rows\n"
                            "api_keys: 0 rows\naudit_log: 1 rows\nlogin_throttles: 0 rows\n"
                            "config_versions: 1 rows\nconfig_values: 1 rows\n"
                            "config_drafts: 0 rows\n");
  EXPECT_EQ(exported.output, "");
  EXPECT_EQ(mode_of(all), 0600U);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "all.jsonl.part"));

  const auto imported = run_maque({"import", "all.jsonl", "--database.url=sqlite:other/maque.db"});
  EXPECT_EQ(imported.status.code, 0) << imported.error;
  EXPECT_THAT(imported.error, HasSubstr("checking sessions: 2 rows\n"));
  const auto printed =
      run_maque({"export", "-", "--quiet", "--database.url=sqlite:other/maque.db"});
  EXPECT_EQ(printed.error, "");
  EXPECT_EQ(without_time(printed.output), without_time(read_file(all)));

  const auto again = run_maque({"import", "all.jsonl", "--database.url=sqlite:other/maque.db"});
  EXPECT_EQ(again.status.code, 1);
  EXPECT_THAT(again.error, HasSubstr("only an empty database is imported into"));
}

TEST_F(MovingCommand, ExportReplacesAFileOnlyWhenItIsToldTo) {
  fill();
  std::ofstream{all} << "mine";
  const auto refused = run_maque({"export", "all.jsonl"});
  EXPECT_EQ(refused.status.code, 1);
  EXPECT_THAT(refused.error, AllOf(HasSubstr("all.jsonl"), HasSubstr("--force")));
  EXPECT_EQ(read_file(all), "mine");
  // One that was killed has left this.
  std::ofstream{folder.path() / "all.jsonl.part"} << std::string(1 << 20, 'x');
  EXPECT_EQ(run_maque({"export", "all.jsonl", "--force"}).status.code, 0);
  EXPECT_THAT(read_file(all), testing::StartsWith(R"({"format":"maque-export")"));
  EXPECT_THAT(read_file(all), Not(HasSubstr("xxx")));
}

TEST_F(MovingCommand, ExportLeavesAFileAloneThatAnotherOneIsWriting) {
  fill();
  const auto part = folder.path() / "all.jsonl.part";
  std::ofstream{part} << "half";
  const int other = ::open(part.c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_EQ(::flock(other, LOCK_EX), 0);
  const auto refused = run_maque({"export", "all.jsonl"});
  EXPECT_EQ(refused.status.code, 1);
  EXPECT_THAT(refused.error, HasSubstr("another process is writing it"));
  EXPECT_EQ(read_file(part), "half");
  ::close(other);
  EXPECT_EQ(run_maque({"export", "all.jsonl"}).status.code, 0);
  EXPECT_FALSE(std::filesystem::exists(part));
}

TEST_F(MovingCommand, ExportThatFailsLeavesNoFile) {
  const auto failed = run_maque({"export", "all.jsonl"}); // There is no database.
  EXPECT_EQ(failed.status.code, 1);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST_F(MovingCommand, ImportOfADamagedFileSaysWhereAndChangesNothing) {
  fill();
  ASSERT_EQ(run_maque({"export", "all.jsonl"}).status.code, 0);
  std::string text = read_file(all);
  text.replace(text.find(R"({"table":"sessions")"), 9, R"({"tabel":)");
  std::ofstream{all} << text;
  const auto refused = run_maque({"import", "all.jsonl", "--database.url=sqlite:other/maque.db"});
  EXPECT_EQ(refused.status.code, 1);
  EXPECT_THAT(refused.error, HasSubstr("all.jsonl:6: "));
  EXPECT_EQ(query(folder.path() / "other" / "maque.db", "SELECT count(*) FROM users"), "0");
  EXPECT_THAT(run_maque({"import", "absent.jsonl"}).error, HasSubstr("absent.jsonl"));
}

TEST_F(MovingCommand, ExportDrawsABarOnATerminal) {
  fill();
  const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  ASSERT_GE(terminal, 0);
  ASSERT_EQ(::grantpt(terminal) | ::unlockpt(terminal), 0);
  launch bash = maque_in(folder.path(), {"-c", std::string{MAQUE_PROGRAM} + " export all.jsonl 2>" +
                                                   ::ptsname(terminal)});
  bash.program = "/bin/bash";
  // Open on this side, so that what was printed stays when the program ends.
  const int ours = ::open(::ptsname(terminal), O_RDWR | O_NOCTTY | O_CLOEXEC);
  EXPECT_EQ(run(bash).status.code, 0);
  std::string shown(64 * 1024, '\0');
  pollfd waiting{terminal, POLLIN, 0};
  ASSERT_EQ(::poll(&waiting, 1, 5000), 1);
  const auto size = ::read(terminal, shown.data(), shown.size());
  shown.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  EXPECT_THAT(shown, HasSubstr("\rusers"));
  EXPECT_THAT(shown, HasSubstr("[####################] 2 of 2 rows, 100 %"));
  ::close(ours);
  ::close(terminal);
}

TEST_F(MovingCommand, BackupWhileAServerWritesIsACompleteDatabase) {
  running_maque server{folder.path()};
  const login alice = log_in(server.port(), "dev-alice");
  std::atomic<bool> stop = false;
  std::atomic<int> made = 0;
  std::jthread writing{[&] {
    for (int number = 0; !stop; ++number) {
      log_in(server.port(), "dev-" + std::to_string(number));
      ++made;
    }
  }};
  const auto file = folder.path() / "copy.db";
  for (int round = 1; round <= 3; ++round) {
    const int before = made;
    await([&] { return made > before + 5; }, "no logins");
    const int acknowledged = made;
    const auto ended = run_maque({"backup", "copy.db", "--force"});
    ASSERT_EQ(ended.status.code, 0) << ended.error;
    EXPECT_THAT(ended.error, HasSubstr("copying: "));
    EXPECT_EQ(mode_of(file), 0600U);
    EXPECT_EQ(query(file, "PRAGMA quick_check"), "ok");
    const int users = std::stoi(query(file, "SELECT count(*) FROM users"));
    EXPECT_GT(users, acknowledged); // and alice
    EXPECT_EQ(query(file, "SELECT count(*) FROM sessions"), std::to_string(users));
  }
  stop = true;
  writing.join();
  const auto refused = run_maque({"backup", "copy.db"});
  EXPECT_EQ(refused.status.code, 1);
  EXPECT_THAT(refused.error, HasSubstr("--force"));

  // Restored: the server has stopped, the copy takes the place of the database.
  ASSERT_EQ(server.stop(), 0);
  const auto data = folder.path() / "data";
  for (const char* const suffix : {"", "-wal", "-shm"})
    std::filesystem::remove(data / ("maque.db" + std::string{suffix}));
  std::filesystem::copy_file(file, data / "maque.db");
  const running_maque restored{folder.path()};
  EXPECT_EQ(restored.ask({"GET", "/api/user/info", alice.access_token, {}}).status, 200);
}

} // namespace
} // namespace maque::test
