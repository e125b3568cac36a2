#include "postgres_fixture.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

namespace maque::db::test {
namespace {

/// Several nodes at work on one database.
class PostgresRaces : public postgres_test {
protected:
  /// Runs `work` on `count` writers of their own at once.
  void on_writers(int count, const std::function<void(store&, int)>& work) {
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i) {
      threads.emplace_back([&, i] {
        const auto own = value_of(factory->open_writer());
        work(*own, i);
      });
    }
    for (std::thread& each : threads)
      each.join();
  }
};

TEST_F(PostgresRaces, ForANewIdentityAreWonByOneAndTheOtherFindsItsUser) {
  raw_postgres other{database.url()};
  other.run("BEGIN;"
            "INSERT INTO users VALUES (7, 'first', '', '', 'user', FALSE, 0, 0, 1);"
            "INSERT INTO wechat_identities VALUES ('wx-app', 'openid', NULL, 7, 0)");
  auto admission = make_admission("openid", 8, 80);
  admission.unionid = "unionid";
  auto writing = apply_meanwhile(*writer, {make_admission("other", 9, 90), admission});
  await_waiting(1);
  other.run("COMMIT");
  const auto outcomes = writing.get();
  const auto beaten = std::get<user_admitted>(value_of(outcomes.at(1)));
  EXPECT_FALSE(beaten.is_new_user);
  EXPECT_EQ(beaten.who.nickname, "first");
  EXPECT_TRUE(std::get<user_admitted>(value_of(outcomes.at(0))).is_new_user);
  EXPECT_FALSE(find_user(8));
  EXPECT_EQ(query("SELECT user_id FROM sessions WHERE id = 80"), "7");
  EXPECT_EQ(query("SELECT unionid FROM wechat_identities WHERE openid = 'openid'"), "unionid");
}

TEST_F(PostgresRaces, OfManyWritersMakeOneUserForEachIdentity) {
  constexpr int writers = 4;
  constexpr std::uint64_t identities = 50;
  on_writers(writers, [&](store& own, int number) {
    std::vector<write_request> requests;
    for (std::uint64_t i = 0; i < identities; ++i) {
      // Each in another order.
      const auto identity = number % 2 == 0 ? i : identities - 1 - i;
      const auto id = static_cast<std::uint64_t>(number + 1) * 1000 + i;
      requests.push_back(make_admission("openid-" + std::to_string(identity), id, id));
    }
    for (const auto& outcome : own.apply(requests))
      EXPECT_TRUE(outcome);
  });
  EXPECT_EQ(query("SELECT count(*) FROM users"), "50");
  EXPECT_EQ(query("SELECT count(*) FROM wechat_identities"), "50");
  EXPECT_EQ(query("SELECT count(*) FROM sessions"), "200");
}

TEST_F(PostgresRaces, OfPublishersLeaveNoGapInTheVersions) {
  constexpr int writers = 4;
  constexpr int values = 10;
  on_writers(writers, [&](store& own, int number) {
    for (int i = 0; i < values; ++i) {
      const set_config_value wanted{"key-" + std::to_string(number), std::to_string(i), noon};
      EXPECT_TRUE(apply_one(own, wanted));
    }
  });
  EXPECT_EQ(value_of(reader->config_version()), 40U);
  EXPECT_EQ(query("SELECT count(*) FROM config_versions"), "40");
}

TEST_F(PostgresRaces, OfRotationsAreWonByOne) {
  admit(1);
  std::atomic<int> won = 0;
  on_writers(4, [&](store& own, int) {
    const rotate_refresh wanted{.id = {1}, .user = {1}, .from = 0, .at = noon};
    if (apply_one(own, wanted)) ++won;
  });
  EXPECT_EQ(won, 1);
}

TEST_F(PostgresRaces, OfManyMigrationsAreAllWon) {
  maque::test::postgres_database empty{server, "template0"};
  std::vector<std::thread> threads;
  for (int i = 0; i < 10; ++i) {
    threads.emplace_back([&] {
      const auto migrated = make_postgres_factory(empty.url(), statement_timeout)->migrate();
      EXPECT_EQ(migrated.value_or(0), postgres_migrations().back().version);
    });
  }
  for (std::thread& each : threads)
    each.join();
  EXPECT_EQ(empty.query("SELECT count(*) FROM schema_migrations"),
            std::to_string(postgres_migrations().size()));
}

} // namespace
} // namespace maque::db::test
