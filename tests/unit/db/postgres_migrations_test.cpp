#include "db/postgres_migrator.hpp"
#include "postgres_fixture.hpp"
#include "rows_of_schema_1.hpp"

#include <gmock/gmock.h>

#include <array>

namespace maque::db::test {
namespace {

using ::testing::HasSubstr;

constexpr std::chrono::milliseconds timeout{5000};

class PostgresMigrations : public ::testing::Test {
protected:
  result<int> migrate() const { return make_postgres_factory(database.url(), timeout)->migrate(); }
  result<int> migrate(std::span<const migration> known) const {
    return parse_postgres_url(database.url(), timeout).and_then([&](const postgres_target& target) {
      return migrate_postgres(target, timeout, known);
    });
  }

  std::string tables() const {
    return database.query("SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class"
                          " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace");
  }

  /// Migrating fails, tells the place and `advice`, and leaves the tables as they were.
  void expect_refusal(const std::string& advice) const {
    const std::string before = tables();
    const auto refused = migrate();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::database_unavailable);
    EXPECT_THAT(refused.error().cause, HasSubstr(database.name()));
    EXPECT_THAT(refused.error().cause, HasSubstr(advice));
    EXPECT_EQ(tables(), before);
  }

  postgres_server& server = postgres_server::shared();
  maque::test::postgres_database database{server, "template0"};
};

TEST_F(PostgresMigrations, HaveTheNumbersAndNamesOfThoseForSqlite) {
  const auto ours = postgres_migrations();
  const auto theirs = sqlite_migrations();
  ASSERT_EQ(ours.size(), theirs.size());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    EXPECT_EQ(ours[i].version, theirs[i].version);
    EXPECT_EQ(ours[i].name, theirs[i].name);
    EXPECT_NE(ours[i].checksum, theirs[i].checksum);
  }
}

TEST_F(PostgresMigrations, AreRecordedAndNotAppliedAgain) {
  const int newest = postgres_migrations().back().version;
  EXPECT_EQ(value_of(migrate()), newest);
  EXPECT_EQ(value_of(migrate()), newest);
  EXPECT_EQ(database.query("SELECT checksum FROM schema_migrations ORDER BY version"),
            postgres_migrations().back().checksum);
}

TEST_F(PostgresMigrations, DoNotWaitForAnotherWhenNothingIsToDo) {
  value_of(migrate());
  raw_postgres other{database.url()};
  other.run("BEGIN; LOCK TABLE schema_migrations IN EXCLUSIVE MODE");
  EXPECT_TRUE(migrate());
}

TEST_F(PostgresMigrations, RefuseANewerDatabase) {
  value_of(migrate());
  database.query("INSERT INTO schema_migrations VALUES (9999, 'future', 'x', 0)");
  expect_refusal("9999");
}

TEST_F(PostgresMigrations, RefuseADatabaseThatWasMadeFromAnotherText) {
  value_of(migrate());
  database.query("UPDATE schema_migrations SET checksum = 'other' WHERE version = 1");
  expect_refusal("migration 1");
}

TEST_F(PostgresMigrations, RefuseTheDatabaseOfAnotherProgram) {
  database.query("CREATE TABLE theirs (a INTEGER)");
  expect_refusal("another program");
}

TEST_F(PostgresMigrations, RefuseADatabaseThatCannotHoldEveryText) {
  server.query("postgres", "CREATE DATABASE latin1 TEMPLATE template0 ENCODING 'LATIN1'"
                           " LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER libc");
  const auto refused = make_postgres_factory(server.url("latin1"), timeout)->migrate();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().cause, HasSubstr("UTF8"));
  server.drop_database("latin1");
}

TEST_F(PostgresMigrations, KeepTheRowsOfTheFirstVersion) {
  value_of(migrate(postgres_migrations().first(1)));
  for (const std::string& row : rows_of_schema_1("decode(repeat('2a', 32), 'hex')"))
    database.query(row);
  EXPECT_EQ(value_of(migrate()), postgres_migrations().back().version);
  const auto served = value_of(make_postgres_factory(database.url(), timeout)->open_writer());
  expect_rows_of_schema_1(*served);
}

constexpr std::array history{
    migration{1, "first", "c1", "CREATE TABLE one (a INTEGER); INSERT INTO one VALUES (1);"},
    migration{2, "second", "c2", "CREATE TABLE two (a INTEGER);"},
    migration{3, "broken", "c3", "UPDATE one SET a = 3; CREATE TABLE two (a INTEGER);"},
};

TEST_F(PostgresMigrations, ContinueWhereAnOlderProgramStopped) {
  const std::span all{history};
  EXPECT_EQ(value_of(migrate(all.first(1))), 1);
  EXPECT_EQ(value_of(migrate(all.first(2))), 2);
  EXPECT_EQ(database.query("SELECT string_agg(version || name || checksum, ',' ORDER BY version)"
                           " FROM schema_migrations"),
            "1firstc1,2secondc2");
}

TEST_F(PostgresMigrations, ChangeNothingWhenOneOfThemFails) {
  const std::span all{history};
  value_of(migrate(all.first(1)));
  EXPECT_FALSE(migrate(all));
  EXPECT_EQ(database.query("SELECT max(version) FROM schema_migrations"), "1");
  EXPECT_EQ(database.query("SELECT a FROM one"), "1");
  EXPECT_EQ(tables(), "one schema_migrations");
}

TEST_F(PostgresMigrations, ComeBeforeAnythingIsOpened) {
  const auto factory = make_postgres_factory(database.url(), timeout);
  value_of(migrate(std::span{history}.first(1)));
  database.query("DELETE FROM schema_migrations");
  for (const auto& opened : {factory->open_reader().map([](const auto&) {}),
                             factory->open_writer().map([](const auto&) {})}) {
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, errc::database_unavailable);
    EXPECT_THAT(opened.error().cause, HasSubstr("migrate it first"));
  }
}

} // namespace
} // namespace maque::db::test
