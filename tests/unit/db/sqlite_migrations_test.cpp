#include "db/migrations.hpp"
#include "db/sqlite_migrator.hpp"
#include "rows_of_schema_1.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>

namespace maque::db::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr std::chrono::milliseconds timeout{5000};

class SqliteMigrations : public ::testing::Test {
protected:
  result<int> migrate() const { return make_sqlite_factory(file, timeout)->migrate(); }
  result<int> migrate(std::span<const migration> known) const {
    return migrate_sqlite(file, timeout, known);
  }

  /// Migrating fails, tells the file and `advice`, and leaves the folder as it was.
  void expect_refusal(const std::string& advice) const {
    const auto before = state_of(folder.path());
    const auto refused = migrate();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::database_unavailable);
    EXPECT_THAT(refused.error().cause, HasSubstr(file.string()));
    EXPECT_THAT(refused.error().cause, HasSubstr(advice));
    EXPECT_EQ(state_of(folder.path()), before);
  }

  maque::test::temporary_folder folder;
  fs::path file = folder.path() / "maque.db";
};

TEST_F(SqliteMigrations, AreNumberedFromOneAndNamed) {
  int expected = 0;
  for (const migration& step : sqlite_migrations()) {
    EXPECT_EQ(step.version, ++expected);
    EXPECT_FALSE(step.name.empty());
    EXPECT_EQ(step.checksum.size(), 64U);
    EXPECT_FALSE(step.sql.empty());
  }
  EXPECT_GE(expected, 1);
}

TEST_F(SqliteMigrations, Asvs13_3_1_MakeTheFolderAndADatabaseForItsOwnerOnly) {
  file = folder.path() / "deep" / "er" / "麻雀 100%?#.db";
  const int newest = sqlite_migrations().back().version;
  EXPECT_EQ(value_of(migrate()), newest);
  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(value_of(migrate()), newest);
  raw_sqlite other{file};
  EXPECT_EQ(other.query("SELECT max(version) FROM schema_migrations"), std::to_string(newest));
  EXPECT_EQ(other.query("SELECT count(*) FROM schema_migrations"), std::to_string(newest));
  EXPECT_EQ(other.query("PRAGMA journal_mode"), "wal");
}

TEST_F(SqliteMigrations, MakeStrictTablesOnly) {
  value_of(migrate());
  raw_sqlite other{file};
  EXPECT_EQ(other.query("SELECT count(*) FROM pragma_table_list WHERE type = 'table'"
                        " AND schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite_%'"),
            "0");
}

TEST_F(SqliteMigrations, LeaveACurrentDatabaseAsItIs) {
  value_of(migrate());
  const auto before = read_bytes(file);
  value_of(migrate());
  EXPECT_EQ(read_bytes(file), before);
}

TEST_F(SqliteMigrations, DoNotWaitForAWriterWhenNothingIsToDo) {
  value_of(migrate());
  raw_sqlite other{file};
  other.run("BEGIN IMMEDIATE");
  EXPECT_TRUE(migrate());
}

TEST_F(SqliteMigrations, RefuseANewerDatabase) {
  value_of(migrate());
  raw_sqlite{file}.run("INSERT INTO schema_migrations VALUES (9999, 'future', 'x', 0)");
  expect_refusal("9999");
}

TEST_F(SqliteMigrations, RefuseANewerDatabaseWhoseLogWasLeftByACrash) {
  value_of(migrate());
  child_process crash{[&]() -> int {
    raw_sqlite other{file};
    other.run("INSERT INTO schema_migrations VALUES (9999, 'future', 'x', 0)");
    ::_exit(0);
  }};
  ASSERT_EQ(crash.wait(), 0);
  ASSERT_TRUE(fs::exists(fs::path{file} += "-wal"));
  expect_refusal("9999");
}

TEST_F(SqliteMigrations, RefuseADatabaseThatWasMadeFromAnotherText) {
  value_of(migrate());
  raw_sqlite{file}.run("UPDATE schema_migrations SET checksum = 'other' WHERE version = 1");
  expect_refusal("migration 1");
}

TEST_F(SqliteMigrations, RefuseTheDatabaseOfAnotherProgram) {
  raw_sqlite{file}.run("CREATE TABLE theirs (a)");
  expect_refusal("another program");
}

TEST_F(SqliteMigrations, RefuseAFileThatIsNoDatabase) {
  write_bytes(file, std::string(5000, 'x'));
  expect_refusal("not a SQLite database");
}

TEST_F(SqliteMigrations, RefuseADamagedDatabase) {
  value_of(migrate());
  auto bytes = read_bytes(file);
  std::fill(bytes.begin() + 100, bytes.end(), '\xff');
  write_bytes(file, bytes);
  expect_refusal("backup");
}

TEST_F(SqliteMigrations, RefuseAFolder) {
  fs::create_directory(file);
  expect_refusal("folder");
}

TEST_F(SqliteMigrations, RefuseAFolderThatCannotBeMade) {
  write_bytes(folder.path() / "in-the-way", "");
  file = folder.path() / "in-the-way" / "maque.db";
  expect_refusal("cannot make its folder");
}

TEST_F(SqliteMigrations, RefuseWhatTheyMayNotReadOrWrite) {
  value_of(migrate());
  fs::permissions(folder.path(), fs::perms::all);
  struct rights {
    fs::perms of_file;
    fs::perms of_folder;
  };
  constexpr auto readable = fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read;
  const std::array cases{rights{fs::perms::none, fs::perms::all}, rights{readable, fs::perms::all},
                         rights{fs::perms::all, readable | fs::perms::owner_exec |
                                                    fs::perms::group_exec |
                                                    fs::perms::others_exec}};
  for (const auto& [of_file, of_folder] : cases) {
    fs::permissions(file, of_file);
    fs::permissions(folder.path(), of_folder);
    const auto before = state_of(folder.path());
    const auto refused = [&] {
      const without_privileges ordinary_user;
      return migrate();
    }();
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().cause, HasSubstr("readable and writable"));
    EXPECT_EQ(state_of(folder.path()), before);
    fs::permissions(folder.path(), fs::perms::all);
  }
}

TEST_F(SqliteMigrations, KeepTheRowsOfTheFirstVersion) {
  value_of(migrate(sqlite_migrations().first(1)));
  for (const std::string& row : rows_of_schema_1("zeroblob(32)"))
    raw_sqlite{file}.run(row);
  EXPECT_EQ(value_of(migrate()), sqlite_migrations().back().version);
  const auto served = value_of(make_sqlite_factory(file, timeout)->open_writer());
  expect_rows_of_schema_1(*served);
}

constexpr std::array history{
    migration{1, "first", "c1", "CREATE TABLE one (a); INSERT INTO one VALUES (1);"},
    migration{2, "second", "c2", "CREATE TABLE two (a);"},
    migration{3, "broken", "c3", "UPDATE one SET a = 3; CREATE TABLE two (a);"},
};

TEST_F(SqliteMigrations, ContinueWhereAnOlderProgramStopped) {
  const std::span all{history};
  EXPECT_EQ(value_of(migrate(all.first(1))), 1);
  EXPECT_EQ(value_of(migrate(all.first(2))), 2);
  raw_sqlite other{file};
  EXPECT_EQ(other.query("SELECT group_concat(version || name || checksum) FROM schema_migrations"),
            "1firstc1,2secondc2");
  EXPECT_EQ(other.query("SELECT count(*) FROM one"), "1");
}

TEST_F(SqliteMigrations, ChangeNothingWhenOneOfThemFails) {
  const std::span all{history};
  value_of(migrate(all.first(1)));
  EXPECT_FALSE(migrate(all));
  raw_sqlite other{file};
  EXPECT_EQ(other.query("SELECT max(version) FROM schema_migrations"), "1");
  EXPECT_EQ(other.query("SELECT a FROM one"), "1");
  EXPECT_EQ(other.query("SELECT count(*) FROM sqlite_schema WHERE name = 'two'"), "0");
}

TEST_F(SqliteMigrations, SucceedInAllProcessesThatStartAtOnce) {
  constexpr int rounds = 10;
  for (int round = 0; round < rounds; ++round) {
    file = folder.path() / std::to_string(round) / "maque.db";
    pipe_line start;
    const auto start_a_process = [&] {
      return std::make_unique<child_process>([&] {
        start.close_writing_end();
        start.receive(); // Ends when the parent opens the gate.
        return migrate() ? 0 : 1;
      });
    };
    std::array<std::unique_ptr<child_process>, 4> processes;
    for (auto& process : processes)
      process = start_a_process();
    start.close_writing_end();
    for (auto& process : processes)
      EXPECT_EQ(process->wait(), 0);
    raw_sqlite other{file};
    EXPECT_EQ(other.query("SELECT count(*) FROM schema_migrations"),
              std::to_string(sqlite_migrations().size()));
  }
}

TEST_F(SqliteMigrations, ComeBeforeAnythingIsOpened) {
  const auto factory = make_sqlite_factory(file, timeout);
  EXPECT_EQ(factory->open_reader().error().code, errc::database_unavailable);
  EXPECT_EQ(factory->open_writer().error().code, errc::database_unavailable);
  EXPECT_FALSE(fs::exists(file));

  raw_sqlite{file}.run("CREATE TABLE schema_migrations (version, name, checksum, applied_at)");
  const auto opened = factory->open_writer();
  ASSERT_FALSE(opened);
  EXPECT_THAT(opened.error().cause, HasSubstr("migrate it first"));
}

TEST_F(SqliteMigrations, AreOfTheFileThatTheFactoryDescribes) {
  EXPECT_EQ(make_sqlite_factory("./data/maque.db", timeout)->describe(),
            "SQLite in ./data/maque.db");
}

} // namespace
} // namespace maque::db::test
