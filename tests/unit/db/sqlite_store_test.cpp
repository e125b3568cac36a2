#include "db/sqlite_statement.hpp"
#include "store_fixture.hpp"

#include <gmock/gmock.h>

#include <optional>

namespace maque::db::test {
namespace {

using std::chrono::milliseconds;
using ::testing::Each;
using ::testing::HasSubstr;

/// What a lock or a statement may take; far below the limits that the tests measure against.
constexpr milliseconds statement_timeout{150};
/// A wait that ended late, even on a busy machine, ended before this.
constexpr milliseconds much_later{5000};

class SqliteStore : public ::testing::Test {
protected:
  result<write_outcome> apply_one(store& target, write_request request) {
    return std::move(target.apply({&request, 1}).at(0));
  }

  std::unique_ptr<sqlite_database> open(sqlite_access access) {
    return value_of(
        sqlite_database::open(file, access, {.lock = statement_timeout, .run = statement_timeout}));
  }

  std::string query(sqlite_database& database, std::string sql) {
    sqlite_statement statement{database, std::move(sql)};
    return value_of(statement.first([](const sqlite_row& row) { return row.text(0); })).value();
  }

  maque::test::temporary_folder folder;
  std::filesystem::path file = folder.path() / "maque.db";
  std::unique_ptr<store_factory> factory = make_sqlite_factory(file, statement_timeout);
  int schema_version = value_of(factory->migrate());
};

TEST_F(SqliteStore, WritesWithTheDurabilityThatItPromises) {
  const auto database = open(sqlite_access::write);
  EXPECT_EQ(query(*database, "PRAGMA journal_mode"), "wal");
  EXPECT_EQ(query(*database, "PRAGMA synchronous"), "2");
  EXPECT_EQ(query(*database, "PRAGMA foreign_keys"), "1");
  EXPECT_EQ(query(*database, "PRAGMA trusted_schema"), "0");
}

TEST_F(SqliteStore, ReadsWithoutTheRightToWrite) {
  const auto database = open(sqlite_access::read);
  EXPECT_EQ(query(*database, "PRAGMA query_only"), "1");
  const auto written = database->run_script("DELETE FROM users");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, errc::database_unavailable);
}

TEST_F(SqliteStore, EndsAStatementThatRunsForTooLong) {
  const auto database = open(sqlite_access::read);
  sqlite_statement endless{*database, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1"
                                      " FROM n) SELECT count(*) FROM n"};
  const auto begin = std::chrono::steady_clock::now();
  const auto ended = endless.run();
  const auto took = std::chrono::steady_clock::now() - begin;
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().code, errc::database_unavailable);
  EXPECT_THAT(ended.error().cause, HasSubstr("statement timeout"));
  EXPECT_GE(took, statement_timeout);
  EXPECT_LT(took, much_later);
  EXPECT_EQ(query(*database, "SELECT 1"), "1");
}

TEST_F(SqliteStore, KeepsTheCharacterNul) {
  const auto writer = value_of(factory->open_writer());
  const std::string openid{"open\0id", 7};
  const std::string nickname{"\0a\0", 3};
  ASSERT_TRUE(apply_one(*writer, make_admission(openid, 1, 1)));
  EXPECT_FALSE(std::get<user_admitted>(value_of(apply_one(*writer, make_admission(openid, 2, 2))))
                   .is_new_user);
  EXPECT_TRUE(std::get<user_admitted>(value_of(apply_one(*writer, make_admission("open", 3, 3))))
                  .is_new_user);
  const auto renamed = std::get<user>(value_of(apply_one(*writer, make_rename(1, nickname))));
  EXPECT_EQ(renamed.nickname, nickname);
}

TEST_F(SqliteStore, LearnsAUnionidOnce) {
  const auto writer = value_of(factory->open_writer());
  std::uint64_t session = 0;
  const auto admit_with = [&](std::optional<std::string> unionid) {
    auto request = make_admission("openid", 1, ++session);
    request.unionid = std::move(unionid);
    value_of(apply_one(*writer, request));
    return raw_sqlite{file}.query("SELECT unionid FROM wechat_identities");
  };
  EXPECT_EQ(admit_with(std::nullopt), "NULL");
  EXPECT_EQ(admit_with("union"), "union");
  EXPECT_EQ(admit_with(std::nullopt), "union");
  EXPECT_EQ(admit_with("other"), "union");
}

TEST_F(SqliteStore, IsUnavailableWhileAnotherProcessHoldsTheLockAndUsableAfterwards) {
  pipe_line locked;
  pipe_line release;
  child_process holder{[&] {
    release.close_writing_end();
    raw_sqlite other{file};
    other.run("BEGIN IMMEDIATE");
    locked.send('!');
    release.receive();
    return 0;
  }};
  const auto writer = value_of(factory->open_writer());
  const auto reader = value_of(factory->open_reader());
  ASSERT_TRUE(locked.receive());

  const auto begin = std::chrono::steady_clock::now();
  const auto refused = apply_one(*writer, make_admission("openid", 1, 1));
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_EQ(code_of(refused), errc::database_unavailable);
  EXPECT_THAT(refused.error().cause, HasSubstr("another process"));
  EXPECT_GE(took, statement_timeout - milliseconds{50});
  EXPECT_LT(took, much_later);
  EXPECT_TRUE(reader->list_users(std::vector<user_page_query>(1))) << "readers are not held up";

  release.close_writing_end();
  EXPECT_EQ(holder.wait(), 0);
  EXPECT_TRUE(apply_one(*writer, make_admission("openid", 1, 1)));
}

TEST_F(SqliteStore, ReportsNothingAsDoneOnAFullDiskAndIsUsableAfterwards) {
  const auto writer = value_of(factory->open_writer());
  const auto reader = value_of(factory->open_reader());
  value_of(apply_one(*writer, make_admission("before", 1, 1)));
  std::vector<write_request> requests;
  for (std::uint64_t id = 2; id <= 200; ++id) {
    requests.push_back(make_admission("full-" + std::to_string(id), id, id));
  }
  const auto outcomes = [&] {
    const full_disk disk{std::filesystem::file_size(std::filesystem::path{file} += "-wal")};
    return writer->apply(requests);
  }();
  ASSERT_EQ(outcomes.size(), requests.size());
  for (const auto& outcome : outcomes) {
    EXPECT_EQ(code_of(outcome), errc::database_unavailable);
  }
  EXPECT_EQ(list_page(*reader, {.limit = 1000}).rows().size(), 1U);

  for (const auto& outcome : writer->apply(requests))
    EXPECT_TRUE(outcome);
  EXPECT_EQ(list_page(*reader, {.limit = 1000}).rows().size(), 200U);
}

TEST_F(SqliteStore, KeepsWhatItAcknowledgedWhenItsProcessIsKilled) {
  pipe_line acknowledged;
  child_process victim{[&] {
    const auto writer = value_of(factory->open_writer());
    for (std::uint64_t id = 1;; ++id) {
      if (!apply_one(*writer, make_admission(std::to_string(id), id, id))) return 1;
      acknowledged.send('!');
    }
  }};
  acknowledged.close_writing_end();
  constexpr std::size_t awaited = 50;
  std::size_t count = 0;
  while (count < awaited && acknowledged.receive())
    ++count;
  victim.kill();
  while (acknowledged.receive())
    ++count;
  ASSERT_GE(count, awaited);

  const auto users = list_page(*value_of(factory->open_reader()), {.limit = 100'000});
  EXPECT_GE(users.rows().size(), count);
  EXPECT_LE(users.rows().size(), count + 1);
}

TEST_F(SqliteStore, IsUnavailableWhenItsFileIsDamaged) {
  const auto reader = value_of(factory->open_reader());
  auto bytes = read_bytes(file);
  std::fill(bytes.begin() + 4096, bytes.end(), '\xff');
  write_bytes(file, bytes);
  const auto found = reader->list_users(std::vector<user_page_query>(1));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, errc::database_unavailable);
  EXPECT_THAT(found.error().cause, HasSubstr("backup"));
}

} // namespace
} // namespace maque::db::test
