#include "actors/login.hpp"
#include "actors/session_keys.hpp"
#include "scripted_actor.hpp"
#include "security/key_ring.hpp"
#include "security/sealed.hpp"
#include "security/throttle_keys.hpp"

#include <gtest/gtest.h>

namespace maque {
namespace {

using namespace test;

constexpr user_id alice{7};
const std::string stored_hash = "$argon2id$of alice";

/// One lane with a real login actor; all that it asks is scripted.
class LoginActor : public testing::Test {
protected:
  LoginActor() {
    context.database = database.handle();
    context.passwords = passwords.handle();
    context.wechat = wechat.handle();
    context.session = sessions.handle();
    context.keys =
        security::make_key_ring(security::derive_signing_key(secret{std::string(32, 'k')}).value());
    context.sealing_keys = std::make_shared<const security::sealing_keys>();
    world.run();
  }

  static login_policy policy() {
    login_policy made;
    made.sessions.max_sessions = 3;
    return made;
  }

  pending_reply<session_opened> log_in(const std::string& name, std::string device_token = {}) {
    return world.ask<session_opened>(
        login, in_time(),
        log_in_with_password{
            name, secret{"a password"}, secret{std::move(device_token)}, {"Tester", "192.0.2.1"}});
  }

  pending_reply<user> verify(const std::string& name) {
    return world.ask<user>(login, in_time(),
                           verify_operator{name, secret{"a password"}, "192.0.2.1"});
  }

  static user person(user_role role) {
    user made;
    made.id = alice;
    made.role = role;
    return made;
  }

  static attempt_begun known(bool disabled = false) {
    return {std::nullopt, credential{alice, "alice", stored_hash, disabled}};
  }

  static user_admitted admitted() {
    user_admitted made;
    made.who.id = alice;
    return made;
  }

  actor_world world;
  lane_context& context = world.context();
  scripted_database database{world};
  scripted_passwords passwords{world};
  scripted_wechat wechat{world};
  scripted_session sessions{world};
  login_actor login =
      world.spawn<login_actor, login_state>(0, world.add_meter(), std::ref(context), policy());
};

} // namespace

TEST_F(LoginActor, OpensASessionForTheRightPassword) {
  auto opened = log_in("ALICE");
  const auto attempt = database.serve<begin_attempt>(known());
  EXPECT_EQ(attempt.username, "alice");
  EXPECT_EQ(attempt.keys.account, security::account_throttle("alice"));
  EXPECT_EQ(attempt.keys.source, security::source_throttle("192.0.2.1"));
  EXPECT_EQ(attempt.keys.pair, security::pair_throttle("alice", "192.0.2.1"));
  EXPECT_FALSE(attempt.keys.device);
  const auto question = passwords.serve<verify_password>(password_verified{true, std::nullopt});
  EXPECT_EQ(question.stored, stored_hash);
  const auto order = database.serve<open_password_session>(admitted());
  EXPECT_EQ(order.user, alice);
  EXPECT_EQ(order.opened.user, alice);
  EXPECT_EQ(order.verified_hash, stored_hash);
  EXPECT_FALSE(order.upgraded_hash);
  EXPECT_EQ(order.max_sessions, 3U);
  const auto tokens = sessions.serve<issue_tokens>(session_opened{});
  EXPECT_EQ(tokens.who.id, alice);
  EXPECT_FALSE(tokens.is_new_user);
  EXPECT_FALSE(tokens.device_token.empty());
  value_of(opened);
  EXPECT_EQ(context.events.count(security_event::login_succeeded_password), 1U);
}

TEST_F(LoginActor, PutsTheNewHashInPlaceOfAnOldOne) {
  auto opened = log_in("alice");
  database.serve<begin_attempt>(known());
  passwords.serve<verify_password>(password_verified{true, "$argon2id$new"});
  EXPECT_EQ(database.serve<open_password_session>(admitted()).upgraded_hash, "$argon2id$new");
  sessions.serve<issue_tokens>(session_opened{});
  value_of(opened);
}

// ASVS 6.3.8: whatever is wrong, the same is asked of the same actors.
TEST_F(LoginActor, TakesTheSameStepsWhateverIsWrong_ASVS_6_3_8) {
  struct {
    const char* name;
    attempt_begun begun;
    password_verified verdict;
    security_event event;
  } const cases[]{
      {"alice", known(), {false, std::nullopt}, security_event::login_failed_wrong_password},
      {"alice", known(true), {true, std::nullopt}, security_event::login_failed_disabled},
      {"bob", {}, {false, std::nullopt}, security_event::login_failed_unknown_user},
      {"no such name", {}, {false, std::nullopt}, security_event::login_failed_unknown_user},
  };
  for (const auto& each : cases) {
    const auto before = context.events.count(each.event);
    auto opened = log_in(each.name);
    const auto attempt = database.serve<begin_attempt>(each.begun);
    EXPECT_TRUE(attempt.keys.account && attempt.keys.source && attempt.keys.pair);
    const auto question = passwords.serve<verify_password>(each.verdict);
    EXPECT_EQ(question.stored.empty(), !each.begun.known);
    EXPECT_EQ(code_of(opened), errc::bad_credentials);
    EXPECT_EQ(context.events.count(each.event), before + 1);
  }
  EXPECT_EQ(database.count<open_password_session>(), 0U);
}

TEST_F(LoginActor, ProvesAnOperatorByTheSameStepsWithoutASession) {
  auto proved = verify("ALICE");
  const auto attempt = database.serve<begin_attempt>(known());
  EXPECT_EQ(attempt.keys.pair, security::pair_throttle("alice", "192.0.2.1"));
  passwords.serve<verify_password>(password_verified{true, "$argon2id$new"});
  const auto order = database.serve<confirm_password>(person(user_role::admin_operator));
  EXPECT_EQ(order.user, alice);
  EXPECT_EQ(order.verified_hash, stored_hash);
  EXPECT_EQ(order.upgraded_hash, "$argon2id$new");
  EXPECT_EQ(order.keys.pair, attempt.keys.pair);
  EXPECT_EQ(value_of(proved).id, alice);
  EXPECT_EQ(context.events.count(security_event::operator_signed_in_account), 1U);
  EXPECT_EQ(database.count<open_password_session>(), 0U);
}

TEST_F(LoginActor, TakesNobodyElseForAnOperator) {
  auto no_operator = verify("alice");
  database.serve<begin_attempt>(known());
  passwords.serve<verify_password>(password_verified{true, std::nullopt});
  database.serve<confirm_password>(person(user_role::user));
  EXPECT_EQ(code_of(no_operator), errc::bad_credentials);
  EXPECT_EQ(context.events.count(security_event::login_failed_no_operator), 1U);
  auto guesser = verify("alice");
  database.serve<begin_attempt>(known());
  passwords.serve<verify_password>(password_verified{false, std::nullopt});
  EXPECT_EQ(code_of(guesser), errc::bad_credentials);
  EXPECT_EQ(database.count<confirm_password>(), 1U);
}

TEST_F(LoginActor, LooksAtNoPasswordOfABlockedAttempt_ASVS_6_3_1) {
  auto opened = log_in("alice");
  database.serve<begin_attempt>(
      attempt_begun{world.clock.now() + std::chrono::milliseconds{2'500}, std::nullopt});
  const auto outcome = outcome_of(opened);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().code, errc::too_many_attempts);
  EXPECT_EQ(outcome.error().retry_after, std::chrono::seconds{3});
  EXPECT_EQ(passwords.count<verify_password>(), 0U);
}

TEST_F(LoginActor, CountsAKnownDeviceByItself) {
  const security::device_id device{1, 2, 3};
  const auto token =
      security::encode_device_token(device, "alice", *context.keys, world.clock.now());
  auto opened = log_in("alice", token);
  const auto attempt = database.serve<begin_attempt>(known());
  EXPECT_EQ(attempt.keys.device, security::device_throttle("alice", device));
  EXPECT_FALSE(attempt.keys.account || attempt.keys.source || attempt.keys.pair);
  passwords.serve<verify_password>(password_verified{true, std::nullopt});
  EXPECT_EQ(database.serve<open_password_session>(admitted()).keys.device, attempt.keys.device);
  // It stays the same device.
  EXPECT_EQ(sessions.serve<issue_tokens>(session_opened{}).device_token.reveal(), token);
  value_of(opened);

  auto other = log_in("bob", token);
  EXPECT_FALSE(database.serve<begin_attempt>(attempt_begun{}).keys.device);
  passwords.serve<verify_password>(password_verified{});
  EXPECT_EQ(code_of(other), errc::bad_credentials);
}

TEST_F(LoginActor, HasTheSessionsThatWereTooManyAnnounced) {
  auto opened = log_in("alice");
  database.serve<begin_attempt>(known());
  passwords.serve<verify_password>(password_verified{true, std::nullopt});
  user_admitted with_ended = admitted();
  with_ended.ended = {session_id{5}};
  database.serve<open_password_session>(with_ended);
  EXPECT_EQ(sessions.serve<issue_tokens>(session_opened{}).ended, ended_sessions{session_id{5}});
  value_of(opened);
}

TEST_F(LoginActor, FailsWithWhatItsServicesFailWith_ASVS_16_5_3) {
  auto no_database = log_in("alice");
  database.fail(database.await<begin_attempt>(), errc::database_unavailable);
  EXPECT_EQ(code_of(no_database), errc::database_unavailable);

  auto no_worker = log_in("alice");
  database.serve<begin_attempt>(known());
  passwords.fail(passwords.await<verify_password>(), errc::overloaded);
  EXPECT_EQ(code_of(no_worker), errc::overloaded);

  auto changed_meanwhile = log_in("alice");
  database.serve<begin_attempt>(known());
  passwords.serve<verify_password>(password_verified{true, std::nullopt});
  database.fail(database.await<open_password_session>(), errc::bad_credentials);
  EXPECT_EQ(code_of(changed_meanwhile), errc::bad_credentials);
  EXPECT_EQ(context.events.count(security_event::login_failed_changed), 1U);
}

TEST_F(LoginActor, StoresNoSessionKeyButASealedOne) {
  auto opened = world.ask<session_opened>(
      login, in_time(), log_in_with_wechat{"wx1", "code", {"Tester", "192.0.2.1"}});
  wechat.serve<exchange_code>(
      code_exchanged{"wx1", "openid", std::nullopt, secret{"the-session-key"}});
  const auto order = database.serve<admit_wechat_user>(admitted());
  const std::string stored{order.sealed_session_key.begin(), order.sealed_session_key.end()};
  EXPECT_EQ(stored.find("the-session-key"), std::string::npos);
  const auto unsealed = open_session_key(context, "wx1", {"openid", order.sealed_session_key});
  ASSERT_TRUE(unsealed);
  EXPECT_EQ(unsealed->reveal(), "the-session-key");
  EXPECT_FALSE(open_session_key(context, "wx1", {"another", order.sealed_session_key}));
  EXPECT_FALSE(open_session_key(context, "wx2", {"openid", order.sealed_session_key}));
  sessions.serve<issue_tokens>(session_opened{});
  value_of(opened);
}

TEST_F(LoginActor, ReportsACodeThatWeChatRefuses) {
  auto opened = world.ask<session_opened>(
      login, in_time(), log_in_with_wechat{"wx1", "code", {"Tester", "192.0.2.1"}});
  wechat.fail(wechat.await<exchange_code>(), errc::invalid_code);
  EXPECT_EQ(code_of(opened), errc::invalid_code);
  EXPECT_EQ(context.events.count(security_event::login_failed_wechat), 1U);
  EXPECT_NE(world.logged().find("192.0.2.1"), std::string::npos);
}

TEST_F(LoginActor, ReportsADisabledUserWhoComesByWeChat_ASVS_16_3_1) {
  auto opened = world.ask<session_opened>(
      login, in_time(), log_in_with_wechat{"wx1", "code", {"Tester", "192.0.2.1"}});
  wechat.serve<exchange_code>(code_exchanged{"wx1", "openid", {}, secret{"key"}});
  database.fail(database.await<admit_wechat_user>(), errc::account_disabled);
  EXPECT_EQ(code_of(opened), errc::account_disabled);
  EXPECT_EQ(context.events.count(security_event::login_failed_disabled), 1U);
  EXPECT_EQ(context.events.count(security_event::login_succeeded_wechat), 0U);
}

} // namespace maque
