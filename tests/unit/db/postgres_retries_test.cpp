#include "postgres_fixture.hpp"

#include <gmock/gmock.h>

namespace maque::db::test {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

/// What is done again, and until when.
class PostgresRetries : public postgres_test {
protected:
  void SetUp() override { admit(1); }

  /// The first `count` changes of a user fail as if another transaction had been in the way
  /// (SQLSTATE 40001). A sequence counts them, because a rollback doesn't set it back.
  void be_in_the_way(int count) const {
    query("CREATE SEQUENCE attempts;"
          "CREATE FUNCTION be_in_the_way() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
          " IF nextval('attempts') <= " +
          std::to_string(count) +
          " THEN RAISE EXCEPTION 'in the way' USING ERRCODE = 'serialization_failure'; END IF;"
          " RETURN NEW; END $$;"
          "CREATE TRIGGER be_in_the_way BEFORE UPDATE ON users FOR EACH ROW"
          " EXECUTE FUNCTION be_in_the_way()");
  }
  int attempts() const { return std::stoi(query("SELECT last_value FROM attempts")); }

  static steady_time in(std::chrono::milliseconds time) { return steady_clock::now() + time; }
};

TEST_F(PostgresRetries, GetOverSerializationFailuresAndDoItOnce) {
  be_in_the_way(3);
  EXPECT_EQ(std::get<user>(value_of(apply_one(make_rename(1, "renamed")))).revision, 2U);
  EXPECT_EQ(attempts(), 4);
  EXPECT_EQ(find_user(1)->nickname, "renamed");
  EXPECT_EQ(find_user(1)->revision, 2U);
}

TEST_F(PostgresRetries, EndAfterAFewSerializationFailures) {
  be_in_the_way(1'000'000);
  EXPECT_EQ(code_of(apply_one(make_rename(1, "not done"))), errc::database_unavailable);
  EXPECT_EQ(attempts(), 6);
  EXPECT_EQ(find_user(1)->revision, 1U);
}

TEST_F(PostgresRetries, EndWhenNobodyWaitsAnyMore) {
  be_in_the_way(1'000'000);
  const auto deadline = in(100ms);
  writer->answer_by(deadline);
  EXPECT_EQ(code_of(apply_one(make_rename(1, "not done"))), errc::database_unavailable);
  EXPECT_LT(steady_clock::now(), deadline + 500ms);
  EXPECT_LT(attempts(), 6);
  EXPECT_EQ(find_user(1)->revision, 1U);
  query("DROP TRIGGER be_in_the_way ON users");
  writer->answer_by(in(10s));
  EXPECT_TRUE(apply_one(make_rename(1, "done")));
}

TEST_F(PostgresRetries, OneByOneLeaveOutWhatNobodyWaitsForAnyMore) {
  std::vector<write_request> renames{make_rename(1, "not done")};
  for (std::uint64_t id = 2; id <= 8; ++id) {
    admit(id);
    renames.push_back(make_rename(id, "not done"));
  }
  raw_postgres other{database.url()};
  other.run("BEGIN; SELECT * FROM users FOR UPDATE");
  constexpr auto lock_timeout = statement_timeout / 4;
  const auto deadline = in(2 * lock_timeout + 200ms);
  writer->answer_by(deadline);
  const auto outcomes = writer->apply(renames);
  EXPECT_LT(steady_clock::now(), deadline + lock_timeout + 500ms);
  EXPECT_EQ(code_of(outcomes.front()), errc::database_unavailable);
  EXPECT_EQ(code_of(outcomes.back()), errc::deadline_exceeded);
}

TEST_F(PostgresRetries, MakeNoNewConnectionWhenNobodyWaitsAnyMore) {
  end_connections();
  const std::vector<user_id> ids{{1}};
  reader->answer_by(in(-1ms));
  writer->answer_by(in(-1ms));
  EXPECT_EQ(reader->find_users(ids).error().code, errc::deadline_exceeded);
  EXPECT_EQ(code_of(apply_one(make_rename(1, "not done"))), errc::database_unavailable);
  // Those that were ended may take a moment to go.
  EXPECT_TRUE(eventually([this] {
    return query("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                 " AND backend_type = 'client backend' AND pid <> pg_backend_pid()") == "0";
  }));
  writer->answer_by(in(10s));
  EXPECT_TRUE(apply_one(make_rename(1, "done")));
}

TEST_F(PostgresRetries, DoNotRepeatAWriteThatNobodyWaitsForAnyMore) {
  raw_postgres other{database.url()};
  other.run("BEGIN; UPDATE users SET language = 'en' WHERE id = 1");
  const auto deadline = in(100ms);
  writer->answer_by(deadline);
  auto writing = apply_meanwhile(*writer, {make_rename(1, "not done")});
  await_waiting(1);
  await([&] { return steady_clock::now() > deadline; }, "time stands still");
  end_connections("wait_event_type = 'Lock'");
  EXPECT_EQ(code_of(writing.get().at(0)), errc::database_unavailable);
  other.run("COMMIT");
  EXPECT_EQ(find_user(1)->revision, 1U);
}

} // namespace
} // namespace maque::db::test
