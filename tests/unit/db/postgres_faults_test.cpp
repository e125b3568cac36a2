#include "postgres_fixture.hpp"

#include <gmock/gmock.h>

namespace maque::db::test {
namespace {

using std::chrono::steady_clock;
using ::testing::HasSubstr;

class PostgresFaults : public postgres_test {
protected:
  void SetUp() override { admit(1); }
};

TEST_F(PostgresFaults, OfAConnectionThatWasEndedBetweenTwoCallsAreNotNoticed) {
  end_connections();
  EXPECT_TRUE(find_user(1));
  EXPECT_TRUE(apply_one(make_rename(1, "renamed")));
  EXPECT_EQ(find_user(1)->revision, 2U);
}

TEST_F(PostgresFaults, OfAConnectionThatIsEndedDuringAWriteAreNotNoticed) {
  raw_postgres other{database.url()};
  other.run("BEGIN; UPDATE users SET language = 'en' WHERE id = 1");
  auto writing = apply_meanwhile(*writer, {make_rename(1, "renamed")});
  await_waiting(1);
  end_connections("wait_event_type = 'Lock'");
  other.run("COMMIT");
  EXPECT_EQ(std::get<user>(value_of(writing.get().at(0))).language, "en");
  EXPECT_EQ(find_user(1)->revision, 2U);
}

TEST_F(PostgresFaults, ThatComeBackAreReportedAndTheWriteIsNotDone) {
  raw_postgres other{database.url()};
  other.run("BEGIN; UPDATE users SET language = 'en' WHERE id = 1");
  auto writing = apply_meanwhile(*writer, {make_rename(1, "renamed")});
  for (int time = 0; time < 2; ++time) {
    await_waiting(1);
    end_connections("wait_event_type = 'Lock'");
  }
  const auto outcome = std::move(writing.get().at(0));
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, errc::database_unavailable);
  other.run("COMMIT");
  EXPECT_EQ(find_user(1)->revision, 1U);
  EXPECT_TRUE(apply_one(make_rename(1, "renamed")));
}

TEST_F(PostgresFaults, OfAServerThatIsStoppedAreReportedUntilItIsBack) {
  server.stop();
  const std::vector<user_id> ids{{1}};
  EXPECT_EQ(reader->find_users(ids).error().code, errc::database_unavailable);
  EXPECT_EQ(code_of(apply_one(make_rename(1, "not done"))), errc::database_unavailable);
  EXPECT_EQ(factory->open_reader().error().code, errc::database_unavailable);
  EXPECT_EQ(reader->link(), link_state::closed);
  EXPECT_EQ(writer->link(), link_state::closed);
  server.start();
  EXPECT_EQ(find_user(1)->nickname, "");
  EXPECT_EQ(reader->link(), link_state::open);
  EXPECT_TRUE(apply_one(make_rename(1, "done")));
}

TEST_F(PostgresFaults, OfAServerThatHangsAreReportedInTime) {
  constexpr auto in_time = statement_timeout + std::chrono::seconds{2};
  const std::vector<user_id> ids{{1}};
  {
    const postgres_server::hang hang{server};
    const auto begin = steady_clock::now();
    auto writing = apply_meanwhile(*writer, {make_rename(1, "lost")});
    const auto found = reader->find_users(ids);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, errc::database_unavailable);
    EXPECT_THAT(found.error().cause, HasSubstr("doesn't answer"));
    EXPECT_EQ(code_of(writing.get().at(0)), errc::database_unavailable);
    EXPECT_LT(steady_clock::now() - begin, in_time);
    EXPECT_EQ(reader->link(), link_state::silent);
    EXPECT_EQ(writer->link(), link_state::silent);
  }
  EXPECT_TRUE(find_user(1));
  EXPECT_TRUE(apply_one(make_rename(1, "done")));
  EXPECT_EQ(writer->link(), link_state::open);
}

TEST_F(PostgresFaults, OfALockThatIsHeldTooLongAreReportedInTimeAndHarmNobodyElse) {
  admit(2);
  raw_postgres other{database.url()};
  other.run("BEGIN; UPDATE users SET language = 'en' WHERE id = 1");
  const auto begin = steady_clock::now();
  const auto outcomes =
      apply_meanwhile(*writer, {make_rename(1, "not done"), make_rename(2, "done")}).get();
  EXPECT_EQ(code_of(outcomes.at(0)), errc::database_unavailable);
  EXPECT_TRUE(outcomes.at(1));
  EXPECT_LT(steady_clock::now() - begin, statement_timeout + std::chrono::seconds{1});
  other.run("COMMIT");
  EXPECT_EQ(find_user(1)->nickname, "");
  EXPECT_EQ(find_user(2)->nickname, "done");
  EXPECT_TRUE(apply_one(make_rename(1, "done")));
}

TEST_F(PostgresFaults, OfAServerThatOnlyReadsAreReportedUntilItIsWrittenToAgain) {
  EXPECT_TRUE(writer->check());
  {
    const postgres_server::read_only standing_by{server};
    EXPECT_EQ(writer->check().error().code, errc::database_unavailable);
    const auto refused = apply_one(make_rename(1, "not done"));
    EXPECT_EQ(code_of(refused), errc::database_unavailable);
    EXPECT_THAT(refused.error().cause, HasSubstr("read-only"));
    EXPECT_EQ(factory->open_writer().error().code, errc::database_unavailable);
    EXPECT_TRUE(reader->check());
    EXPECT_EQ(find_user(1)->nickname, "");
    EXPECT_TRUE(factory->open_reader());
  }
  EXPECT_TRUE(writer->check());
  EXPECT_TRUE(apply_one(make_rename(1, "done")));
}

TEST_F(PostgresFaults, OfAServerThatOnlyReadsAreNoticedWhereverTheUrlLeads) {
  const auto any =
      make_postgres_factory(database.url() + "&target_session_attrs=any", statement_timeout);
  const auto opened = value_of(any->open_writer());
  const postgres_server::read_only standing_by{server};
  // The server's own words, not those of libpq, which was told to connect to any.
  EXPECT_THAT(opened->check().error().cause, HasSubstr("25006"));
  EXPECT_THAT(any->open_writer().error().cause, HasSubstr("/" + database.name() + ": 25006"));
}

TEST_F(PostgresFaults, OfOneHostOfTheUrlLeadToTheNext) {
  postgres_server next;
  next.query("postgres", "CREATE DATABASE " + database.name() + " TEMPLATE template0");
  value_of(make_postgres_factory(next.url(database.name()), statement_timeout)->migrate());
  const auto port = [](const postgres_server& of) { return std::to_string(of.port()); };
  const std::string both = "postgres://maque@127.0.0.1:1,127.0.0.1:" + port(server) +
                           ",127.0.0.1:" + port(next) + "/" + database.name() + "?sslmode=disable";
  const auto opened = value_of(make_postgres_factory(both, statement_timeout)->open_writer());
  value_of(apply_one(*opened, make_admission("here", 2, 2)));
  EXPECT_EQ(query("SELECT count(*) FROM users"), "2");
  const postgres_server::read_only standing_by{server};
  value_of(apply_one(*opened, make_admission("there", 3, 3)));
  EXPECT_EQ(next.query(database.name(), "SELECT string_agg(id::text, ' ') FROM users"), "3");
}

TEST_F(PostgresFaults, OfTooManyConnectionsAreReported) {
  query("ALTER DATABASE " + database.name() + " CONNECTION LIMIT 0");
  query("CREATE ROLE guest LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO guest");
  const std::string url =
      database.url().replace(0, sizeof "postgres://maque" - 1, "postgres://guest");
  const auto opened = make_postgres_factory(url, statement_timeout)->open_reader();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, errc::database_unavailable);
  EXPECT_THAT(opened.error().cause, HasSubstr("too many connections"));
  query("DROP OWNED BY guest; DROP ROLE guest");
}

// Both have changed one user and are held up at the other's sessions; then each wants the other's
// user.
TEST_F(PostgresFaults, OfTwoBatchesThatWaitForEachOtherAreNotNoticed) {
  admit(2);
  const auto both = [](std::uint64_t first, std::uint64_t second) {
    return std::vector<write_request>{
        make_rename(first, "one"),
        end_sessions{.user = {second}, .current = {99}, .scope = logout_scope::others, .at = noon},
        make_rename(second, "two")};
  };
  const auto second_writer = value_of(factory->open_writer());
  raw_postgres other{database.url()};
  other.run("BEGIN; SELECT * FROM sessions FOR UPDATE");
  auto first_writing = apply_meanwhile(*writer, both(1, 2));
  auto second_writing = apply_meanwhile(*second_writer, both(2, 1));
  await_waiting(2);
  other.run("COMMIT");
  for (auto* writing : {&first_writing, &second_writing}) {
    for (const auto& outcome : writing->get())
      EXPECT_TRUE(outcome) << outcome.error().cause;
  }
  EXPECT_EQ(find_user(1)->revision, 3U);
  EXPECT_EQ(find_user(2)->revision, 3U);
}

TEST_F(PostgresFaults, OfTextsThatCannotBeStoredHarmNobodyElse) {
  const std::vector<write_request> requests{
      make_rename(1, "good"), make_rename(1, std::string{"a\0b", 3}), make_rename(1, "\xff"),
      set_config_value{"key", std::string{"1\0", 2}, noon}, make_rename(1, "better")};
  const auto outcomes = writer->apply(requests);
  EXPECT_TRUE(outcomes.at(0));
  EXPECT_EQ(code_of(outcomes.at(1)), errc::internal);
  EXPECT_EQ(code_of(outcomes.at(2)), errc::internal);
  EXPECT_EQ(code_of(outcomes.at(3)), errc::internal);
  EXPECT_EQ(std::get<user>(value_of(outcomes.at(4))).revision, 3U);
  EXPECT_EQ(find_user(1)->nickname, "better");
}

TEST_F(PostgresFaults, TellTheLogNoValues) {
  const auto refused = apply_one(make_rename(1, std::string(300, 'x')));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().cause, HasSubstr("23514"));
  EXPECT_THAT(refused.error().cause, ::testing::Not(HasSubstr("xxx")));
}

} // namespace
} // namespace maque::db::test
