#include "actors/account.hpp"
#include "actors/session_keys.hpp"
#include "scripted_actor.hpp"
#include "security/invitation_code.hpp"
#include "security/key_ring.hpp"
#include "security/sealed.hpp"
#include "security/throttle_keys.hpp"

#include <gtest/gtest.h>

namespace maque {
namespace {

using namespace test;

constexpr user_id alice{7};
constexpr session_id phone{70};
const std::string good_password = "correct horse battery";

account_policy policy_with(registration registering) {
  account_policy made;
  made.registering = registering;
  return made;
}

/// One lane with a real account actor; all that it asks is scripted.
class AccountActor : public testing::Test {
protected:
  explicit AccountActor(registration registering = registration::open)
      : accounts{world.spawn<account_actor, account_state>(0, world.add_meter(), std::ref(context),
                                                           policy_with(registering))} {
    context.database = database.handle();
    context.passwords = passwords.handle();
    context.wechat = wechat.handle();
    context.session = sessions.handle();
    context.keys =
        security::make_key_ring(security::derive_signing_key(secret{std::string(32, 'k')}).value());
    context.sealing_keys = std::make_shared<const security::sealing_keys>();
    context.account_owners.assign(0, accounts);
    world.run();
  }

  pending_reply<session_opened> sign_up(const std::string& name, const std::string& password,
                                        const std::string& code = {}) {
    return world.ask<session_opened>(
        accounts, in_time(),
        register_account{
            username::parse(name).value(), secret{password}, code, {"Tester", "192.0.2.1"}});
  }

  pending_reply<password_changed> change(const std::string& to) {
    return world.ask<password_changed>(
        accounts, in_time(), change_own_password{alice, phone, secret{"old"}, secret{to}});
  }

  pending_reply<user> add(const std::string& name) {
    return world.ask<user>(
        accounts, in_time(),
        add_own_credentials{alice, phone, username::parse(name).value(), secret{good_password}});
  }

  static user_admitted admitted() {
    user_admitted made;
    made.who.id = alice;
    made.is_new_user = true;
    return made;
  }

  void admit_attempts(int count) {
    for (; count > 0; --count)
      database.serve<begin_attempt>(attempt_begun{});
  }

  static attempt_begun known() { return {std::nullopt, credential{alice, "alice", "$old", false}}; }

  actor_world world;
  lane_context& context = world.context();
  scripted_database database{world};
  scripted_passwords passwords{world};
  scripted_wechat wechat{world};
  scripted_session sessions{world};
  account_actor accounts;
};

class AccountActorByInvitation : public AccountActor {
protected:
  AccountActorByInvitation() : AccountActor{registration::by_invitation} {}
};

class AccountActorThatIsClosed : public AccountActor {
protected:
  AccountActorThatIsClosed() : AccountActor{registration::closed} {}
};

} // namespace

// Registering ------------------------------------------------------------------------------------

TEST_F(AccountActor, HashesStoresAndLogsIn) {
  auto opened = sign_up("Alice", good_password);
  const auto attempt = database.serve<begin_attempt>(attempt_begun{});
  EXPECT_EQ(attempt.keys.source, security::registration_throttle("192.0.2.1"));
  EXPECT_FALSE(attempt.keys.account || attempt.keys.pair || attempt.keys.device);
  EXPECT_EQ(passwords.serve<hash_password>(password_hashed{"$new"}).text.reveal(), good_password);
  const auto order = database.serve<register_user>(admitted());
  EXPECT_EQ(order.username, "alice");
  EXPECT_EQ(order.password_hash, "$new");
  EXPECT_EQ(order.role, user_role::user);
  EXPECT_FALSE(order.invitation);
  EXPECT_EQ(order.keys.source, attempt.keys.source);
  ASSERT_TRUE(order.opened);
  EXPECT_EQ(order.opened->address, "192.0.2.1");
  const auto tokens = sessions.serve<issue_tokens>(session_opened{});
  EXPECT_TRUE(tokens.is_new_user);
  EXPECT_EQ(tokens.opened.id, order.opened->id);
  EXPECT_FALSE(tokens.device_token.empty());
  value_of(opened);
  EXPECT_EQ(context.events.count(security_event::registered_openly), 1U);
}

TEST_F(AccountActor, HashesForOneOfThoseWhoWantTheSameName) {
  auto first = sign_up("alice", good_password);
  auto second = sign_up("ALICE", good_password);
  auto third = sign_up("alice", good_password);
  auto bob = sign_up("bob", good_password);
  admit_attempts(4);
  passwords.serve<hash_password>(password_hashed{"$new"});
  passwords.serve<hash_password>(password_hashed{"$bob"});
  database.serve<register_user>(admitted());
  EXPECT_EQ(code_of(second), errc::username_taken);
  EXPECT_EQ(code_of(third), errc::username_taken);
  database.serve<register_user>(admitted());
  sessions.serve<issue_tokens>(session_opened{});
  sessions.serve<issue_tokens>(session_opened{});
  value_of(first);
  value_of(bob);
  EXPECT_EQ(passwords.count<hash_password>(), 2U);
}

TEST_F(AccountActor, LetsTheNextOneTryWhenTheFirstFailed) {
  auto first = sign_up("alice", good_password);
  auto second = sign_up("alice", "another password");
  admit_attempts(2);
  passwords.fail(passwords.await<hash_password>(), errc::overloaded);
  EXPECT_EQ(code_of(first), errc::overloaded);
  EXPECT_EQ(passwords.serve<hash_password>(password_hashed{"$2"}).text.reveal(),
            "another password");
  database.fail(database.await<register_user>(), errc::username_taken);
  EXPECT_EQ(code_of(second), errc::username_taken);
}

TEST_F(AccountActor, HashesNothingForWhoRegistersTooOften_ASVS_6_3_1) {
  auto blocked = sign_up("alice", good_password);
  database.serve<begin_attempt>(attempt_begun{world.clock.now() + std::chrono::hours{1}, {}});
  EXPECT_EQ(code_of(blocked), errc::too_many_attempts);
  EXPECT_EQ(passwords.count<hash_password>(), 0U);
  EXPECT_EQ(context.events.count(security_event::registration_throttled), 1U);
  auto uncounted = sign_up("alice", good_password);
  database.fail(database.await<begin_attempt>(), errc::database_unavailable);
  EXPECT_EQ(code_of(uncounted), errc::database_unavailable);
}

TEST_F(AccountActor, RefusesABadPasswordUnhashed) {
  auto opened = sign_up("alice", "short");
  EXPECT_EQ(code_of(opened), errc::invalid_field);
  EXPECT_EQ(passwords.count<hash_password>(), 0U);
}

TEST_F(AccountActor, TellsThoseWhoWaitWhenItEnds) {
  auto first = sign_up("alice", good_password);
  auto second = sign_up("alice", good_password);
  auto third = sign_up("alice", good_password);
  admit_attempts(2);
  passwords.await<hash_password>();
  database.await<begin_attempt>();
  world.end(caf::actor_cast<caf::actor>(accounts));
  EXPECT_EQ(code_of(first), errc::internal);
  EXPECT_EQ(code_of(second), errc::internal);
  EXPECT_EQ(code_of(third), errc::internal);
}

TEST_F(AccountActorThatIsClosed, LetsNobodyRegister) {
  auto opened = sign_up("alice", good_password);
  EXPECT_EQ(code_of(opened), errc::registration_closed);
  EXPECT_EQ(context.events.count(security_event::registration_refused_closed), 1U);
}

TEST_F(AccountActorByInvitation, HandsTheCodesHashOn) {
  auto without = sign_up("alice", good_password);
  EXPECT_EQ(code_of(without), errc::invalid_invitation);
  auto opened = sign_up("alice", good_password, "a code");
  admit_attempts(1);
  passwords.serve<hash_password>(password_hashed{"$new"});
  EXPECT_EQ(database.serve<register_user>(admitted()).invitation,
            security::hash_invitation_code("a code"));
  sessions.serve<issue_tokens>(session_opened{});
  value_of(opened);
  EXPECT_EQ(context.events.count(security_event::registered_by_invitation), 1U);
}

TEST_F(AccountActorByInvitation, TellsNobodyWithoutAnInvitationThatANameIsTaken_ASVS_8_2_1) {
  auto invited = sign_up("alice", good_password, "a code");
  auto uninvited = sign_up("alice", good_password, "a guess");
  admit_attempts(2);
  passwords.serve<hash_password>(password_hashed{"$new"});
  database.serve<register_user>(admitted());
  sessions.serve<issue_tokens>(session_opened{});
  value_of(invited);
  passwords.serve<hash_password>(password_hashed{"$other"});
  const auto order = database.await<register_user>();
  EXPECT_EQ(order.request.invitation, security::hash_invitation_code("a guess"));
  database.fail(order, errc::invalid_invitation);
  EXPECT_EQ(code_of(uninvited), errc::invalid_invitation);
}

// Changing a password ----------------------------------------------------------------------------

TEST_F(AccountActor, ChangesAPasswordAndHasTheOtherSessionsRefused_ASVS_7_4_3) {
  auto changed = change(good_password);
  const auto attempt = database.serve<begin_attempt>(known());
  EXPECT_EQ(attempt.user, alice);
  EXPECT_EQ(attempt.keys.device, security::session_throttle(phone));
  EXPECT_EQ(passwords.serve<verify_password>(password_verified{true, std::nullopt}).stored, "$old");
  passwords.serve<hash_password>(password_hashed{"$new"});
  const auto order = database.serve<change_password>(ended_sessions{session_id{71}});
  EXPECT_EQ(order.from_hash, "$old");
  EXPECT_EQ(order.to_hash, "$new");
  EXPECT_EQ(order.keep, phone);
  const auto announced = sessions.await<announce_ended>();
  EXPECT_EQ(announced.request.ended, ended_sessions{session_id{71}});
  EXPECT_FALSE(has_come(changed));
  sessions.answer(announced, announcement_applied{});
  EXPECT_EQ(value_of(changed).ended_sessions, 1U);
}

TEST_F(AccountActor, ChangesNothingWithoutTheCurrentPassword_ASVS_6_2_3) {
  auto changed = change(good_password);
  database.serve<begin_attempt>(known());
  passwords.serve<verify_password>(password_verified{false, std::nullopt});
  EXPECT_EQ(code_of(changed), errc::bad_credentials);

  auto without = change(good_password);
  database.serve<begin_attempt>(attempt_begun{});
  EXPECT_EQ(code_of(without), errc::conflict);

  auto blocked = change(good_password);
  database.serve<begin_attempt>(attempt_begun{world.clock.now() + std::chrono::hours{1}, {}});
  EXPECT_EQ(code_of(blocked), errc::too_many_attempts);
  EXPECT_EQ(database.count<change_password>(), 0U);
}

// Linking ----------------------------------------------------------------------------------------

TEST_F(AccountActor, LinksTheIdentityThatWeChatNames) {
  auto linked = world.ask<user>(accounts, in_time(), link_wechat{alice, phone, "wx1", "code"});
  wechat.serve<exchange_code>(code_exchanged{"wx1", "openid", "unionid", secret{"key"}});
  user who;
  who.id = alice;
  const auto order = database.serve<link_identity>(who);
  EXPECT_EQ(order.user, alice);
  EXPECT_EQ(order.appid, "wx1");
  EXPECT_EQ(order.openid, "openid");
  EXPECT_EQ(order.by, phone);
  ASSERT_TRUE(order.sealed_session_key);
  const auto opened = open_session_key(context, "wx1", {"openid", *order.sealed_session_key});
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->reveal(), "key");
  EXPECT_EQ(value_of(linked).id, alice);
}

TEST_F(AccountActor, GivesAUserOfWeChatCredentials) {
  auto added = add("alice");
  const auto attempt = database.serve<begin_attempt>(attempt_begun{});
  EXPECT_EQ(attempt.keys.device, security::naming_throttle(alice));
  EXPECT_EQ(attempt.user, alice);
  passwords.serve<hash_password>(password_hashed{"$new"});
  const auto order = database.await<add_credentials>();
  EXPECT_EQ(order.request.by, phone);
  database.fail(order, errc::username_taken);
  EXPECT_EQ(code_of(added), errc::username_taken);
}

TEST_F(AccountActor, HashesNothingForWhoTriesManyNamesOrHasOne_ASVS_6_3_1) {
  auto blocked = add("alice");
  database.serve<begin_attempt>(attempt_begun{world.clock.now() + std::chrono::hours{1}, {}});
  EXPECT_EQ(code_of(blocked), errc::too_many_attempts);
  EXPECT_EQ(context.events.count(security_event::credentials_throttled), 1U);
  auto second = add("alice");
  database.serve<begin_attempt>(known());
  EXPECT_EQ(code_of(second), errc::credentials_exist);
  EXPECT_EQ(passwords.count<hash_password>(), 0U);
}

} // namespace maque
