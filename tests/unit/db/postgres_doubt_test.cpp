#include "postgres_fixture.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

namespace maque::db::test {
namespace {

/// Writes through a proxy that loses the connection around a COMMIT.
class WritesInDoubt : public postgres_test {
protected:
  void SetUp() override {
    admit(1);
    admit(2);
  }

  /// One of each kind.
  static std::vector<write_request> some_of_all() {
    return {make_admission("new", 3, 30),
            make_admission("openid-1", 4, 40),
            make_rename(1, "renamed"),
            rotate_refresh{.id = {1}, .user = {1}, .from = 0, .at = noon},
            end_sessions{.user = {2}, .current = {2}, .scope = logout_scope::all, .at = noon},
            set_config_value{"key", "1", noon}};
  }

  void expect_each_done_once(const write_outcomes& outcomes) {
    EXPECT_TRUE(std::get<user_admitted>(value_of(outcomes.at(0))).is_new_user);
    EXPECT_FALSE(std::get<user_admitted>(value_of(outcomes.at(1))).is_new_user);
    EXPECT_EQ(std::get<user>(value_of(outcomes.at(2))).revision, 2U);
    EXPECT_EQ(std::get<session>(value_of(outcomes.at(3))).refresh_counter, 1U);
    EXPECT_EQ(std::get<ended_sessions>(value_of(outcomes.at(4))), ended_sessions{{2}});
    EXPECT_EQ(std::get<std::uint64_t>(value_of(outcomes.at(5))), 1U);
    EXPECT_EQ(query("SELECT string_agg(id || '/' || user_id || '/' || refresh_counter, ' '"
                    " ORDER BY id) FROM sessions"),
              "1/1/1 2/2/0 30/3/0 40/1/0");
    EXPECT_EQ(query("SELECT string_agg(id || '/' || revision, ' ' ORDER BY id) FROM users"),
              "1/2 2/1 3/1");
    EXPECT_EQ(value_of(reader->config_version()), 1U);
  }

  postgres_proxy proxy{server.port()};
  std::unique_ptr<store> cut_off =
      value_of(make_postgres_factory(server.url(database.name(), proxy.port()), statement_timeout)
                   ->open_writer());
};

TEST_F(WritesInDoubt, AreDoneOnceIfTheServerNeverGotTheCommit) {
  proxy.cut(postgres_proxy::moment::before_commit);
  expect_each_done_once(cut_off->apply(some_of_all()));
  EXPECT_TRUE(proxy.has_cut());
}

TEST_F(WritesInDoubt, AreDoneOnceIfTheReplyToTheCommitWasLost) {
  proxy.cut(postgres_proxy::moment::after_commit);
  expect_each_done_once(cut_off->apply(some_of_all()));
  EXPECT_TRUE(proxy.has_cut());
}

TEST_F(WritesInDoubt, AreAwaitedIfTheServerIsStillAtTheCommit) {
  query("CREATE FUNCTION hold_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " PERFORM pg_advisory_xact_lock(1); RETURN NULL; END $$;"
        "CREATE CONSTRAINT TRIGGER slow_commit AFTER UPDATE ON users DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION hold_up()");
  raw_postgres other{database.url()};
  other.run("SELECT pg_advisory_lock(1)");
  proxy.cut(postgres_proxy::moment::during_commit);
  auto writing = apply_meanwhile(*cut_off, some_of_all());
  await_waiting(2); // The COMMIT, and the same batch once more.
  other.run("SELECT pg_advisory_unlock(1)");
  expect_each_done_once(writing.get());
}

TEST_F(WritesInDoubt, AreReportedAsNotDoneIfTheDoubtCannotBeSettled) {
  raw_postgres other{database.url()};
  other.run("BEGIN; LOCK TABLE users IN SHARE MODE");
  auto writing = apply_meanwhile(*cut_off, {make_rename(1, "renamed")});
  await_waiting(1);
  proxy.cut(postgres_proxy::moment::after_commit);
  server.query("postgres", "ALTER DATABASE " + database.name() + " ALLOW_CONNECTIONS FALSE");
  other.run("COMMIT");
  EXPECT_EQ(code_of(writing.get().at(0)), errc::database_unavailable);
  EXPECT_TRUE(proxy.has_cut());
}

TEST_F(WritesInDoubt, AreNeitherLostNorDoubledWhileConnectionsKeepEnding) {
  std::atomic<bool> done = false;
  std::thread killer{[&] {
    while (!done)
      query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()");
  }};
  std::uint64_t acknowledged = 0;
  std::uint64_t unknown = 0;
  for (int i = 0; i < 200; ++i)
    ++(apply_one(make_rename(1, std::to_string(i))) ? acknowledged : unknown);
  done = true;
  killer.join();
  EXPECT_GT(acknowledged, 0U);
  const std::uint64_t changes = find_user(1)->revision - 1;
  EXPECT_GE(changes, acknowledged);
  EXPECT_LE(changes, acknowledged + unknown);
}

} // namespace
} // namespace maque::db::test
