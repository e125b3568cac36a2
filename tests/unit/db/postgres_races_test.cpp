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

TEST_F(PostgresRaces, OfAPhoneNumberAndTheEndOfItsUserLeaveNoNumberBehind) {
  admit(7);
  raw_postgres other{database.url()};
  other.run("BEGIN; UPDATE users SET deleted_at = 1 WHERE id = 7");
  auto writing = apply_meanwhile(*writer, {make_binding(7)});
  await_waiting(1);
  other.run("COMMIT");
  EXPECT_EQ(code_of(writing.get().at(0)), errc::user_not_found);
  EXPECT_EQ(query("SELECT count(*) FROM phone_numbers"), "0");
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

TEST_F(PostgresRaces, Asvs15_4_2_OfOperatorsWhoPublishOneKeyAreWonByOneEachTime) {
  constexpr int rounds = 25;
  std::atomic<int> won = 0;
  std::atomic<int> conflicts = 0;
  on_writers(4, [&](store& own, int number) {
    const std::string who = std::to_string(number);
    for (int round = 0; round < rounds; ++round) {
      // What one has seen may be old by now.
      const auto seen = value_of(own.find_config_item("key"));
      const config_edit edit{"key", seen ? seen->version() : 0, {who, noon, {}}};
      const auto outcome =
          apply_one(own, publish_config_value{edit, make_content(who + std::to_string(round))});
      if (outcome)
        ++won;
      else if (outcome.error().code == errc::config_conflict)
        ++conflicts;
    }
  });
  EXPECT_EQ(won + conflicts, 4 * rounds);
  EXPECT_EQ(query("SELECT count(*) FROM config_versions"), std::to_string(won));
  EXPECT_EQ(value_of(reader->config_version()), static_cast<std::uint64_t>(won));
}

TEST_F(PostgresRaces, Asvs15_4_2_OfOperatorsWhoHaveSeenOneVersionAreWonByOne) {
  std::atomic<int> won = 0;
  on_writers(4, [&](store& own, int number) {
    const config_edit edit{"key", 0, {std::to_string(number), noon, {}}};
    const auto outcome = apply_one(own, publish_config_value{edit, make_content()});
    if (outcome)
      ++won;
    else
      EXPECT_EQ(outcome.error().code, errc::config_conflict);
  });
  EXPECT_EQ(won, 1);
}

TEST_F(PostgresRaces, Asvs15_4_2_OfRotationsAreWonByOne) {
  admit(1);
  std::atomic<int> won = 0;
  on_writers(4, [&](store& own, int) {
    const rotate_refresh wanted{.id = {1}, .user = {1}, .from = 0, .at = noon};
    if (apply_one(own, wanted)) ++won;
  });
  EXPECT_EQ(won, 1);
}

// ASVS 15.4.2: what is checked is still so when it is done.

TEST_F(PostgresRaces, Asvs6_3_1_OfGuessesAdmitAsManyAsOneAfterTheOther) {
  throttle_policy policy;
  policy.account = {10, std::chrono::minutes{1}, std::chrono::hours{1}};
  std::atomic<int> admitted = 0;
  on_writers(5, [&](store& own, int number) {
    for (int i = 0; i < 10; ++i) {
      // Their other keys are theirs alone: only the account is common.
      begin_attempt guess = make_attempt({.account = make_key(100)});
      if (i % 2 == 0) guess.keys.source = make_key(static_cast<std::uint64_t>(number * 10 + i));
      guess.policy = policy;
      if (!std::get<attempt_begun>(value_of(apply_one(own, guess))).blocked_until) ++admitted;
    }
  });
  EXPECT_EQ(admitted, 11);
  EXPECT_EQ(query("SELECT failures FROM login_throttles WHERE blocked_until > last_at"), "11");
}

TEST_F(PostgresRaces, Asvs15_4_3_OfGuessesInBatchesLoseNoneAndWaitForEachOtherInOneOrder) {
  constexpr int writers = 4;
  constexpr int guesses = 60;
  on_writers(writers, [&](store& own, int number) {
    for (int round = 0; round < 5; ++round) {
      std::vector<write_request> requests;
      for (int i = 0; i < guesses; ++i) {
        const int key = number % 2 == 0 ? i : guesses - 1 - i;
        begin_attempt guess = make_attempt(
            {.account = make_key(static_cast<std::uint64_t>(key)), .source = make_key(1000)});
        guess.policy.account.free_attempts = guess.policy.source.free_attempts = UINT32_MAX;
        requests.emplace_back(guess);
      }
      for (const auto& outcome : own.apply(requests))
        EXPECT_TRUE(outcome);
    }
  });
  EXPECT_EQ(query("SELECT count(*) FROM login_throttles WHERE failures = 20"), "60");
  EXPECT_EQ(query("SELECT max(failures) FROM login_throttles"), "1200");
}

TEST_F(PostgresRaces, Asvs15_4_2_ForAUsernameAreWonByOne) {
  std::atomic<int> won = 0;
  std::atomic<int> taken = 0;
  on_writers(4, [&](store& own, int number) {
    std::vector<write_request> requests;
    for (std::uint64_t i = 1; i <= 250; ++i)
      requests.push_back(
          make_registration(static_cast<std::uint64_t>(number) * 1000 + i, "sparrow"));
    for (const auto& outcome : own.apply(requests)) {
      if (outcome)
        ++won;
      else if (outcome.error().code == errc::username_taken)
        ++taken;
    }
  });
  EXPECT_EQ(won, 1);
  EXPECT_EQ(taken, 999);
  EXPECT_EQ(query("SELECT count(*) FROM users"), "1");
}

TEST_F(PostgresRaces, Asvs15_4_2_OfGuestsTakeNoMoreUsesThanAnInvitationHas) {
  value_of(apply_one(add_invitation{make_invitation(1, 5)}));
  std::atomic<int> invited = 0;
  on_writers(4, [&](store& own, int number) {
    for (int i = 0; i < 5; ++i) {
      const int id = number * 10 + i + 1;
      auto request = make_registration(static_cast<std::uint64_t>(id), "n" + std::to_string(id));
      request.invitation = make_invitation(1).code_hash;
      if (apply_one(own, request)) ++invited;
    }
  });
  EXPECT_EQ(invited, 5);
  EXPECT_EQ(query("SELECT uses_left FROM invitations"), "0");
}

TEST_F(PostgresRaces, Asvs15_4_2_OfPasswordChangesAreWonByOne) {
  value_of(apply_one(make_registration(1, "sparrow")));
  std::atomic<int> changed = 0;
  on_writers(4, [&](store& own, int number) {
    const change_password request{
        {1}, make_hash("first"), make_hash(std::to_string(number)), {}, {}, {}, noon};
    if (apply_one(own, request)) ++changed;
  });
  EXPECT_EQ(changed, 1);
}

// Whatever is about one user waits for the one before, and sees what that did.
TEST_F(PostgresRaces, AboutOneUserAreSettledOneAfterTheOther) {
  struct meeting {
    const char* other; ///< What another connection does with the user locked.
    write_request request;
    errc code;
  };
  const std::vector<meeting> meetings{
      {"UPDATE credentials SET password_hash = 'x'",
       change_password{{1}, make_hash("first"), make_hash("second"), {}, {}, {}, noon},
       errc::conflict},
      {"UPDATE credentials SET password_hash = 'y'",
       open_password_session{{1}, "x", {}, {}, {}, make_session(10)}, errc::bad_credentials},
      {"INSERT INTO wechat_identities VALUES ('wx-app', 'other', NULL, 1, 0)",
       link_identity{{1}, "wx-app", "new", {}, noon}, errc::wechat_already_linked},
      {"UPDATE users SET disabled = TRUE", link_identity{{1}, "wx-two", "new", {}, noon},
       errc::user_not_found},
  };
  value_of(apply_one(make_registration(1, "sparrow")));
  for (const meeting& each : meetings) {
    raw_postgres other{database.url()};
    other.run("BEGIN; SELECT 1 FROM users FOR NO KEY UPDATE");
    other.run(each.other);
    auto waiting = apply_meanwhile(*writer, {each.request});
    await_waiting(1);
    other.run("COMMIT");
    EXPECT_EQ(code_of(waiting.get().at(0)), each.code) << each.other;
  }
}

TEST_F(PostgresRaces, Asvs15_4_2_ForAUserLinkOneIdentityOfAMiniProgram) {
  value_of(apply_one(make_registration(1, "sparrow")));
  std::atomic<int> linked = 0;
  on_writers(4, [&](store& own, int number) {
    const link_identity request{{1}, "wx-app", std::to_string(number), {}, noon};
    const auto outcome = apply_one(own, request);
    if (outcome)
      ++linked;
    else
      EXPECT_EQ(outcome.error().code, errc::wechat_already_linked);
  });
  EXPECT_EQ(linked, 1);
}

TEST_F(PostgresRaces, Asvs15_4_2_OfALogoutAndAChangeOfTheAccountAreWonByTheLogout) {
  admit(1);
  raw_postgres other{database.url()};
  other.run("BEGIN; UPDATE sessions SET ended_at = 1");
  auto adding = apply_meanwhile(
      *writer, {add_credentials{{1}, "sparrow", make_hash("first"), noon, session_id{1}}});
  await_waiting(1);
  other.run("COMMIT");
  EXPECT_EQ(code_of(adding.get().at(0)), errc::session_ended);
  EXPECT_EQ(query("SELECT count(*) FROM credentials"), "0");
}

// A login that has found its user waits for whoever disables or deletes him, and then sees it.
TEST_F(PostgresRaces, Asvs7_4_2_OfALoginAndTheEndOfItsUserLeaveNoSession) {
  const std::vector<std::string> ends{"disabled = TRUE", "deleted_at = 0"};
  std::uint64_t id = 0;
  for (const std::string& end : ends) {
    ++id;
    admit(id);
    raw_postgres other{database.url()};
    other.run("BEGIN; SELECT 1 FROM users WHERE id = " + std::to_string(id) + " FOR UPDATE");
    auto login = apply_meanwhile(
        *writer, {make_admission("openid-" + std::to_string(id), id + 10, id + 100)});
    await_waiting(1);
    other.run("UPDATE users SET " + end + " WHERE id = " + std::to_string(id));
    if (id == 2) other.run("DELETE FROM wechat_identities WHERE user_id = 2");
    other.run("COMMIT");
    const auto outcome = std::move(login.get().at(0));
    if (id == 1) {
      EXPECT_EQ(code_of(outcome), errc::account_disabled);
      EXPECT_EQ(query("SELECT count(*) FROM sessions WHERE id = 101"), "0");
    } else {
      EXPECT_TRUE(std::get<user_admitted>(value_of(outcome)).is_new_user);
      EXPECT_EQ(query("SELECT user_id FROM sessions WHERE id = 102"), "12");
    }
  }
}

TEST_F(PostgresRaces, Asvs15_4_2_OfDisablingWaitForALoginAndEndItsSession) {
  admit(1);
  raw_postgres other{database.url()};
  other.run("BEGIN; INSERT INTO sessions SELECT 2, user_id, appid, device, address, created_at,"
            " last_seen_at, expires_at, refresh_secret_hash, 0, 0, NULL FROM sessions");
  auto disabling = apply_meanwhile(*writer, {set_user_disabled{{1}, true, noon}});
  await_waiting(1);
  other.run("COMMIT");
  EXPECT_EQ(std::get<ended_sessions>(value_of(disabling.get().at(0))), (ended_sessions{{1}, {2}}));
}

TEST_F(PostgresRaces, OfAPurgeWaitForNobody) {
  admit(1);
  query("INSERT INTO login_throttles VALUES (decode(repeat('01', 32), 'hex'), 1, 0, 0)");
  raw_postgres other{database.url()};
  other.run("BEGIN; SELECT 1 FROM sessions FOR UPDATE; SELECT 1 FROM login_throttles FOR UPDATE");
  const purge request{.sessions_before = noon + std::chrono::hours{24 * 365},
                      .throttles_before = noon,
                      .now = noon};
  EXPECT_EQ(std::get<std::uint64_t>(value_of(apply_one(request))), 0U);
  other.run("COMMIT");
  EXPECT_EQ(std::get<std::uint64_t>(value_of(apply_one(request))), 2U);
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
