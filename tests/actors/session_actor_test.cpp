#include "actors/session.hpp"
#include "domain/limits.hpp"
#include "scripted_actor.hpp"

#include <gtest/gtest.h>

namespace maque {
namespace {

using namespace test;
using namespace std::chrono_literals;

constexpr user_id alice{7};
constexpr session_id phone{70};
constexpr session_id tablet{71};

token_settings make_tokens() {
  auto key = security::derive_signing_key(secret{"a master secret of more than 32 bytes"});
  return {security::make_key_ring(*key), "maque", "maque", session_policy{}};
}

/// One lane with a real session actor; the database and the other lane's session actor are
/// scripted.
class SessionActor : public testing::Test {
protected:
  SessionActor() {
    context.keys = settings.keys;
    context.database = database.handle();
    context.session = sessions;
    context.session_owners.assign(lane, sessions);
    context.session_owners.assign(1 - lane, elsewhere.handle());
    world.run();
  }

  /// The lane that owns alice, of two.
  static std::size_t owner_of_alice() {
    ring<int> lanes;
    lanes.assign(0, 0);
    lanes.assign(1, 0);
    return lanes.owner(alice.value).id;
  }

  /// The session as the database has it after `rotations`, the last one just now.
  session stored(std::uint32_t rotations) const {
    session made;
    made.id = phone;
    made.user = alice;
    made.created_at = made.last_seen_at = made.rotated_at = world.clock.now();
    made.expires_at = made.created_at + 24h;
    made.refresh_secret_hash = security::hash_refresh_secret(refresh_secret);
    made.refresh_counter = rotations;
    return made;
  }

  std::string token_number(std::uint32_t counter) {
    return codec.encode({phone, counter, refresh_secret}, world.clock.now());
  }

  pending_reply<session_refreshed> refresh(std::string token) {
    return world.ask<session_refreshed>(sessions, in_time(), refresh_session{std::move(token)});
  }

  user who() const {
    user made;
    made.id = alice;
    return made;
  }

  bool is_revoked(session_id id) {
    bool found = false;
    world.on_lane(lane, [&](lane_context& here) { found = here.revocations.contains(id); });
    return found;
  }

  const token_settings settings = make_tokens();
  security::refresh_token_codec codec{settings.keys};
  const security::refresh_secret refresh_secret{1, 2, 3};
  const std::size_t lane = owner_of_alice();
  actor_world world{2};
  lane_context& context = world.context(lane);
  scripted_database database{world};
  scripted_session elsewhere{world};
  session_actor sessions = world.spawn<session_actor, session_state>(
      lane, world.add_meter(), std::ref(context), std::cref(settings));
};

TEST_F(SessionActor, RotatesTheCurrentRefreshToken) {
  auto refreshed = refresh(token_number(0));
  EXPECT_EQ(database.serve<find_session>(std::optional{stored(0)}).id, phone);
  const auto rotation = database.serve<rotate_refresh>(stored(1));
  EXPECT_EQ(rotation.id, phone);
  EXPECT_EQ(rotation.from, 0U);
  EXPECT_EQ(database.serve<find_user>(std::optional{who()}).id, alice);
  EXPECT_EQ(value_of(refreshed).issued.refresh_token, token_number(1));
}

TEST_F(SessionActor, AnswersWhoWaitsAtAnyStepWhenItEnds) {
  auto looked_up = refresh(token_number(0));
  const auto look_up = database.await<find_session>();
  auto rotated = refresh(token_number(0));
  database.serve<find_session>(std::optional{stored(0)});
  database.await<rotate_refresh>();
  auto logged_out_of =
      world.ask<logged_out>(sessions, in_time(), log_out{alice, phone, logout_scope::this_session});
  database.serve<end_sessions>(ended_sessions{phone});
  elsewhere.await<revoke_sessions>();
  world.end(caf::actor_cast<caf::actor>(sessions));
  EXPECT_EQ(code_of(looked_up), errc::internal);
  EXPECT_EQ(code_of(rotated), errc::internal);
  EXPECT_EQ(code_of(logged_out_of), errc::internal);
}

TEST_F(SessionActor, JudgesAgainWhenAnotherRequestRotatedFirst) {
  auto refreshed = refresh(token_number(0));
  database.serve<find_session>(std::optional{stored(0)});
  database.fail(database.await<rotate_refresh>(), errc::conflict);
  database.serve<find_session>(std::optional{stored(1)});
  database.serve<find_user>(std::optional{who()});
  EXPECT_EQ(value_of(refreshed).issued.refresh_token, token_number(1));
  EXPECT_EQ(database.count<rotate_refresh>(), 1U);
}

TEST_F(SessionActor, RefusesARefreshThatLostItsRaceAgainstALogout) {
  auto refreshed = refresh(token_number(0));
  database.serve<find_session>(std::optional{stored(0)});
  database.fail(database.await<rotate_refresh>(), errc::conflict);
  session ended = stored(0);
  ended.ended_at = world.clock.now();
  database.serve<find_session>(std::optional{ended});
  EXPECT_EQ(code_of(refreshed), errc::session_ended);
  EXPECT_EQ(context.events.count(security_event::refresh_refused_ended), 1U);
}

TEST_F(SessionActor, EndsTheSessionEverywhereWhenAnOldTokenComesBack) {
  auto refreshed = refresh(token_number(0));
  database.serve<find_session>(std::optional{stored(2)});
  const auto write = database.serve<end_sessions>(ended_sessions{phone});
  EXPECT_EQ(write.current, phone);
  EXPECT_EQ(write.scope, logout_scope::this_session);
  EXPECT_EQ(elsewhere.serve<revoke_sessions>(announcement_applied{}).ended.front(), phone);
  EXPECT_EQ(code_of(refreshed), errc::session_ended);
  EXPECT_TRUE(is_revoked(phone));
  EXPECT_NE(world.logged().find("reuse_detected"), std::string::npos);
}

TEST_F(SessionActor, RefusesWhatItDidNotIssueWithoutAskingTheDatabase) {
  std::string forged = token_number(0);
  forged.back() = forged.back() == 'A' ? 'B' : 'A';
  auto refreshed = refresh(forged);
  EXPECT_EQ(code_of(refreshed), errc::invalid_refresh_token);
  EXPECT_EQ(database.count<find_session>(), 0U);
  EXPECT_EQ(context.events.count(security_event::refresh_refused_invalid), 1U);
}

TEST_F(SessionActor, IssuesNoTokensForADisabledUser) {
  auto refreshed = refresh(token_number(0));
  database.serve<find_session>(std::optional{stored(0)});
  database.serve<rotate_refresh>(stored(1));
  user disabled = who();
  disabled.disabled = true;
  database.serve<find_user>(std::optional{disabled});
  EXPECT_EQ(code_of(refreshed), errc::account_disabled);
  EXPECT_EQ(context.events.count(security_event::refresh_refused_disabled), 1U);
}

TEST_F(SessionActor, IssuesNoTokensForASessionThatEndedMeanwhile) {
  auto refreshed = refresh(token_number(0));
  database.serve<find_session>(std::optional{stored(0)});
  database.serve<rotate_refresh>(stored(1));
  world.on_lane(lane,
                [&](lane_context& here) { here.revocations.add(phone, world.clock.now() + 1min); });
  database.serve<find_user>(std::optional{who()});
  EXPECT_EQ(code_of(refreshed), errc::session_ended);
}

TEST_F(SessionActor, AnswersALogoutWhenEveryLaneRefusesItsTokens) {
  auto ended = world.ask<logged_out>(sessions, in_time(), log_out{alice, phone, logout_scope::all});
  database.serve<end_sessions>(ended_sessions{phone, tablet});
  const auto announced = elsewhere.await<revoke_sessions>();
  // What this lane does at the announcement it has done when it answers the next question.
  auto next = refresh("nonsense");
  EXPECT_EQ(code_of(next), errc::invalid_refresh_token);
  EXPECT_TRUE(is_revoked(phone));
  EXPECT_TRUE(is_revoked(tablet));
  EXPECT_FALSE(has_come(ended));

  elsewhere.answer(announced, announcement_applied{});
  EXPECT_EQ(value_of(ended).ended_sessions, 2U);
}

TEST_F(SessionActor, KeepsTheCurrentSessionWhenTheOthersAreLoggedOut) {
  auto ended =
      world.ask<logged_out>(sessions, in_time(), log_out{alice, phone, logout_scope::others});
  database.serve<end_sessions>(ended_sessions{tablet});
  elsewhere.serve<revoke_sessions>(announcement_applied{});
  EXPECT_EQ(value_of(ended).ended_sessions, 1U);
  EXPECT_FALSE(is_revoked(phone));
  EXPECT_TRUE(is_revoked(tablet));
}

TEST_F(SessionActor, RevokesNothingWhenALogoutIsNotOnDisk) {
  auto ended = world.ask<logged_out>(sessions, in_time(), log_out{alice, phone, logout_scope::all});
  database.fail(database.await<end_sessions>(), errc::database_unavailable);
  EXPECT_EQ(code_of(ended), errc::database_unavailable);
  EXPECT_FALSE(is_revoked(phone));
  EXPECT_EQ(elsewhere.count<revoke_sessions>(), 0U);
}

// What was ended meanwhile would otherwise be believed until its last access token expires.
TEST_F(SessionActor, GoesBackToTheLastLookThatWasAnswered_ASVS_7_4_2) {
  const auto look = [this] {
    caf::anon_send(sessions, look_for_ended_sessions{});
    return database.await<list_ended_sessions>();
  };
  const utc_time first = world.clock.now();
  database.answer(look(), ended_sessions{});
  database.settle();
  for (int failed = 0; failed < 3; ++failed) {
    world.clock.advance(20s);
    const auto question = look();
    EXPECT_EQ(question.request.since, first - limits::look_back) << failed;
    database.fail(question, errc::database_unavailable);
    database.settle();
  }
  world.clock.advance(20s);
  const auto question = look();
  EXPECT_EQ(question.request.since, first - limits::look_back);
  database.answer(question, ended_sessions{tablet});
  database.settle();
  // What was ended longer ago than access tokens live has none that is still good.
  world.clock.advance(1h);
  EXPECT_EQ(look().request.since, world.clock.now() - settings.policy.access_ttl);
  EXPECT_TRUE(is_revoked(tablet));
}

// A row is left by each guess, from as many addresses as there are.
TEST_F(SessionActor, GoesOnPurgingAsLongAsThereMayBeMore) {
  caf::anon_send(sessions, purge_database{});
  database.serve<purge>(std::uint64_t{limits::purge_rows});
  database.serve<purge>(std::uint64_t{limits::purge_rows} + 1);
  database.serve<purge>(std::uint64_t{limits::purge_rows} - 1);
  auto next = refresh("nonsense");
  EXPECT_EQ(code_of(next), errc::invalid_refresh_token);
  EXPECT_EQ(database.count<purge>(), 3U);
}

TEST_F(SessionActor, ReloadsTheSessionsWhoseTokensAreStillWithinTheirTime) {
  auto reloaded = world.ask<announcement_applied>(sessions, in_time(), reload_revocations{});
  const auto query = database.serve<list_ended_sessions>(ended_sessions{tablet});
  EXPECT_EQ(query.since, world.clock.now() - settings.policy.access_ttl);
  value_of(reloaded);
  EXPECT_TRUE(is_revoked(tablet));
  EXPECT_FALSE(is_revoked(phone));
}

} // namespace
} // namespace maque
