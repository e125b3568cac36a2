#include "account_fixture.hpp"

#include <gmock/gmock.h>

namespace maque::db::test {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class SessionLimit : public account_test {
protected:
  /// A login that was seen last so many seconds after noon.
  static admit_wechat_user login(std::uint64_t session, int seen, std::uint32_t most) {
    auto request = make_admission("openid", 1, session);
    request.opened.last_seen_at = noon + seconds{seen};
    request.max_sessions = most;
    return request;
  }

  std::vector<std::uint64_t> open() {
    std::vector<std::uint64_t> ids;
    for (const session& each : value_of(reader->list_sessions({1})))
      ids.push_back(each.id.value);
    return ids;
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, SessionLimit, engines(), name_of);

TEST_P(SessionLimit, EndsThoseThatWereSeenLongestAgo) {
  EXPECT_THAT(expect<user_admitted>(login(10, 3, 3)).ended, IsEmpty());
  EXPECT_THAT(expect<user_admitted>(login(11, 1, 3)).ended, IsEmpty());
  EXPECT_THAT(expect<user_admitted>(login(12, 2, 3)).ended, IsEmpty());
  auto fourth = login(13, 4, 3);
  fourth.opened.created_at = noon + hours{1};
  EXPECT_THAT(expect<user_admitted>(fourth).ended, ElementsAre(session_id{11}));
  EXPECT_EQ(find_session(11)->ended_at, noon + hours{1});
  // The setting was lowered.
  EXPECT_THAT(expect<user_admitted>(login(14, 5, 2)).ended,
              ElementsAre(session_id{10}, session_id{12}));
  EXPECT_THAT(open(), ElementsAre(13, 14));
}

TEST_P(SessionLimit, CountsByRefreshesToo) {
  expect<user_admitted>(login(10, 1, 2));
  expect<user_admitted>(login(11, 2, 2));
  expect<session>(rotate_refresh{{10}, {1}, 0, noon + seconds{3}});
  EXPECT_THAT(expect<user_admitted>(login(12, 4, 2)).ended, ElementsAre(session_id{11}));
}

TEST_P(SessionLimit, NeverEndsTheSessionThatIsOpened) {
  expect<user_admitted>(login(10, 5, 1));
  // Another node's clock is behind.
  EXPECT_THAT(expect<user_admitted>(login(11, 1, 1)).ended, ElementsAre(session_id{10}));
  EXPECT_THAT(open(), ElementsAre(11));
}

TEST_P(SessionLimit, EndsTheOlderOfTwoThatWereSeenAtOnce) {
  for (const std::uint64_t id : {11U, 10U})
    expect<user_admitted>(login(id, 1, 2));
  EXPECT_THAT(expect<user_admitted>(login(12, 2, 2)).ended, ElementsAre(session_id{10}));
}

TEST_P(SessionLimit, LeavesEndedSessionsAndThoseOfOthersAlone) {
  expect<user_admitted>(login(10, 1, 2));
  expect<ended_sessions>(end_sessions{{1}, {10}, logout_scope::all, noon});
  expect<user_admitted>(make_admission("another", 2, 20));
  expect<user_admitted>(login(11, 2, 2));
  EXPECT_THAT(expect<user_admitted>(login(12, 3, 2)).ended, IsEmpty());
  EXPECT_EQ(find_session(10)->ended_at, noon);
  EXPECT_FALSE(find_session(20)->ended_at);
}

TEST_P(SessionLimit, HoldsForPasswordsToo) {
  expect<user_admitted>(make_registration(1, "sparrow", 10));
  auto opening = make_opening(1, 11);
  opening.max_sessions = 1;
  opening.opened.created_at = noon + hours{1};
  EXPECT_THAT(expect<user_admitted>(opening).ended, ElementsAre(session_id{10}));
  EXPECT_EQ(find_session(10)->ended_at, noon + hours{1});
}

TEST_P(SessionLimit, HoldsForEachUserOfABatch) {
  std::vector<write_request> requests;
  for (std::uint64_t i = 0; i < 60; ++i) {
    auto request = make_admission("openid-" + std::to_string(i % 10), 1 + i % 10, 100 + i);
    request.max_sessions = 2;
    requests.emplace_back(std::move(request));
  }
  const auto outcomes = writer->apply(requests);
  for (std::uint64_t i = 20; i < 60; ++i) {
    EXPECT_THAT(std::get<user_admitted>(value_of(outcomes[i])).ended,
                ElementsAre(session_id{100 + i - 20}));
  }
  for (std::uint64_t id = 1; id <= 10; ++id)
    EXPECT_EQ(value_of(reader->list_sessions({id})).size(), 2U);
}

// The purge -----------------------------------------------------------------------------------

class Purges : public account_test {
protected:
  static purge before(utc_time sessions, utc_time throttles = noon - hours{24}) {
    return {.sessions_before = sessions, .throttles_before = throttles, .now = noon, .limit = 1000};
  }

  void admit_until(std::uint64_t session, utc_time expires_at) {
    auto request = make_admission("openid", 1, session);
    request.opened.expires_at = expires_at;
    expect<user_admitted>(request);
  }

  void end(std::uint64_t session, utc_time at) {
    expect<ended_sessions>(end_sessions{{1}, {session}, logout_scope::this_session, at});
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, Purges, engines(), name_of);

TEST_P(Purges, RemoveSessionsThatEndedOrWereOverBefore) {
  const utc_time limit = noon;
  const auto just = std::chrono::microseconds{1};
  admit_until(10, limit - just); // Over.
  admit_until(11, limit);
  admit_until(12, limit + hours{1});
  end(12, limit - just); // Ended.
  admit_until(13, limit + hours{1});
  end(13, limit);
  admit_until(14, limit - just);
  end(14, limit + hours{1}); // Over, and ended later.
  admit_until(15, limit - hours{1});
  end(15, limit - hours{1}); // Both.
  EXPECT_EQ(expect<std::uint64_t>(before(limit)), 4U);
  for (const std::uint64_t gone : {10U, 12U, 14U, 15U})
    EXPECT_FALSE(find_session(gone)) << gone;
  for (const std::uint64_t kept : {11U, 13U})
    EXPECT_TRUE(find_session(kept)) << kept;
  EXPECT_EQ(expect<std::uint64_t>(before(limit)), 0U);
}

TEST_P(Purges, RemoveThrottlesWithoutAnAttemptSinceThen) {
  const auto just = std::chrono::microseconds{1};
  blocked_until({.account = make_key(1)}, noon - hours{24} - just);
  blocked_until({.account = make_key(2)}, noon - hours{24});
  begin_attempt still_blocked = make_attempt({.account = make_key(3)}, noon - hours{48});
  still_blocked.policy.account = {0, hours{72}, hours{72}};
  expect<attempt_begun>(still_blocked);
  EXPECT_EQ(expect<std::uint64_t>(before(noon)), 1U);
  EXPECT_FALSE(stored(make_key(1)));
  EXPECT_TRUE(stored(make_key(2)));
  EXPECT_TRUE(stored(make_key(3)));
}

TEST_P(Purges, InABatchLeaveTheAttemptsOfThatBatch) {
  blocked_until({.account = make_key(1)}, noon - hours{48});
  const std::vector<write_request> requests{make_attempt({.account = make_key(1)}), before(noon)};
  EXPECT_EQ(std::get<std::uint64_t>(value_of(writer->apply(requests).at(1))), 0U);
  EXPECT_EQ(stored(make_key(1))->failures, 1U);
}

TEST_P(Purges, RemoveInvitationsThatNobodyCanUse) {
  const auto just = std::chrono::microseconds{1};
  const auto add = [&](std::uint64_t number, std::uint32_t uses, utc_time created_at,
                       std::optional<utc_time> expires_at) {
    invitation made = make_invitation(number, uses, expires_at);
    made.created_at = created_at;
    expect<invitation>(add_invitation{made});
  };
  add(1, 1, noon - hours{1}, noon - just); // Expired.
  add(2, 0, noon - just, std::nullopt);    // Used up.
  add(3, 0, noon - hours{1}, noon - just); // Both.
  add(4, 1, noon - hours{1}, noon);
  add(5, 0, noon, std::nullopt);
  add(6, 1, noon - hours{1}, std::nullopt);
  EXPECT_EQ(expect<std::uint64_t>(before(noon)), 3U);
  std::vector<sha256_digest> left;
  for (const invitation& each : value_of(reader->list_invitations()))
    left.push_back(each.code_hash);
  EXPECT_THAT(left, ElementsAre(make_key(4).digest, make_key(6).digest, make_key(5).digest));
}

TEST_P(Purges, RemoveNoMoreThanTheirLimitOfEachTable) {
  for (std::uint64_t i = 1; i <= 5; ++i) {
    admit_until(i, noon - hours{1});
    if (i % 2 == 0) end(i, noon - hours{1});
    blocked_until({.account = make_key(i)}, noon - hours{48});
    expect<invitation>(add_invitation{make_invitation(i, 1, noon - hours{1})});
  }
  purge request = before(noon);
  request.limit = 3;
  EXPECT_EQ(expect<std::uint64_t>(request), 9U);
  EXPECT_EQ(rows_of("sessions").size(), 2U);
  EXPECT_EQ(expect<std::uint64_t>(request), 6U);
  EXPECT_EQ(expect<std::uint64_t>(request), 0U);
  EXPECT_TRUE(find_user(1));
}

} // namespace
} // namespace maque::db::test
