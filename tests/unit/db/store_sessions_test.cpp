#include "store_fixture.hpp"

#include <gmock/gmock.h>

namespace maque::db::test {
namespace {

using std::chrono::microseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class StoredSessions : public store_test {
protected:
  void SetUp() override {
    for (const std::uint64_t session : {10U, 11U, 12U})
      admit(1, session);
    admit(2, 20);
  }

  ended_sessions end(std::uint64_t user, std::uint64_t current, logout_scope scope,
                     utc_time at = noon) {
    return expect<ended_sessions>(
        end_sessions{.user = {user}, .current = {current}, .scope = scope, .at = at});
  }

  bool is_open(std::uint64_t session) { return !find_session(session)->ended_at; }
};
INSTANTIATE_TEST_SUITE_P(Engines, StoredSessions, engines(), name_of);

TEST_P(StoredSessions, AreFoundInTheOrderOfTheIdsWithRepeatsAndGaps) {
  end(1, 11, logout_scope::this_session);
  const std::vector<session_id> ids{{20}, {11}, {99}, {20}};
  const auto found = value_of(reader->find_sessions(ids));
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[0]->id, session_id{20});
  EXPECT_EQ(found[0]->user, user_id{2});
  EXPECT_EQ(found[1]->id, session_id{11});
  EXPECT_EQ(found[1]->ended_at, noon);
  EXPECT_FALSE(found[2]);
  EXPECT_EQ(found[3], found[0]);
}

TEST_P(StoredSessions, RotateOneCounterAtATime) {
  const utc_time at = noon + microseconds{99};
  session wanted = *find_session(10);
  wanted.refresh_counter = 1;
  wanted.last_seen_at = at;
  wanted.rotated_at = at;
  EXPECT_EQ(expect<session>(rotate_refresh{.id = {10}, .user = {1}, .from = 0, .at = at}), wanted);
  EXPECT_EQ(find_session(10), wanted);
  EXPECT_EQ(
      expect<session>(rotate_refresh{.id = {10}, .user = {1}, .from = 1, .at = at}).refresh_counter,
      2U);
}

TEST_P(StoredSessions, DoNotRotateFromAnotherCounterNorWhenTheyEndedNorWhenTheyAreNone) {
  expect<session>(rotate_refresh{.id = {10}, .user = {1}, .from = 0, .at = noon});
  end(1, 11, logout_scope::this_session);
  const std::vector<rotate_refresh> refused{{.id = {10}, .user = {1}, .from = 0, .at = noon},
                                            {.id = {10}, .user = {1}, .from = 2, .at = noon},
                                            {.id = {11}, .user = {1}, .from = 0, .at = noon},
                                            {.id = {99}, .user = {1}, .from = 0, .at = noon}};
  const auto before = std::pair{find_session(10), find_session(11)};
  for (const auto& request : refused) {
    EXPECT_EQ(code_of(apply_one(request)), errc::conflict);
  }
  EXPECT_EQ(std::pair(find_session(10), find_session(11)), before);
}

TEST_P(StoredSessions, RotateOnceWhenTwoWantToAtOnce) {
  const rotate_refresh request{.id = {10}, .user = {1}, .from = 0, .at = noon};
  const std::vector<write_request> requests{request, request};
  const auto outcomes = writer->apply(requests);
  EXPECT_TRUE(outcomes.at(0));
  EXPECT_EQ(code_of(outcomes.at(1)), errc::conflict);
  EXPECT_EQ(find_session(10)->refresh_counter, 1U);
}

TEST_P(StoredSessions, EndOneByOne) {
  EXPECT_THAT(end(1, 11, logout_scope::this_session, noon + microseconds{5}),
              ElementsAre(session_id{11}));
  EXPECT_EQ(find_session(11)->ended_at, noon + microseconds{5});
  EXPECT_TRUE(is_open(10) && is_open(12) && is_open(20));
}

TEST_P(StoredSessions, EndAllButOne) {
  EXPECT_THAT(end(1, 11, logout_scope::others), ElementsAre(session_id{10}, session_id{12}));
  EXPECT_TRUE(!is_open(10) && is_open(11) && !is_open(12) && is_open(20));
}

TEST_P(StoredSessions, EndAllOfOneUser) {
  EXPECT_THAT(end(1, 11, logout_scope::all),
              ElementsAre(session_id{10}, session_id{11}, session_id{12}));
  EXPECT_TRUE(!is_open(10) && !is_open(11) && !is_open(12) && is_open(20));
}

TEST_P(StoredSessions, EndOnlyOnce) {
  end(1, 11, logout_scope::this_session);
  EXPECT_THAT(end(1, 11, logout_scope::this_session, noon + microseconds{1}), IsEmpty());
  EXPECT_EQ(find_session(11)->ended_at, noon);
  EXPECT_THAT(end(1, 10, logout_scope::all, noon + microseconds{2}),
              ElementsAre(session_id{10}, session_id{12}));
  EXPECT_EQ(find_session(11)->ended_at, noon);
}

TEST_P(StoredSessions, OfAnotherUserAreNotEnded) {
  EXPECT_THAT(end(1, 20, logout_scope::this_session), IsEmpty());
  EXPECT_THAT(end(3, 20, logout_scope::all), IsEmpty());
  EXPECT_TRUE(is_open(20));
}

TEST_P(StoredSessions, ThatEndedSinceATimeIncludeThatTime) {
  end(1, 10, logout_scope::this_session, noon + microseconds{1});
  end(2, 20, logout_scope::this_session, noon + microseconds{2});
  end(1, 12, logout_scope::this_session, noon + microseconds{3});
  EXPECT_THAT(value_of(reader->sessions_ended_since(noon + microseconds{2})),
              ElementsAre(session_id{20}, session_id{12}));
  EXPECT_THAT(value_of(reader->sessions_ended_since(noon + microseconds{4})), IsEmpty());
  EXPECT_EQ(value_of(reader->sessions_ended_since(from_unix_micros(0))).size(), 3U);
}

// Whoever was logged out, or has logged himself out everywhere because of a thief, has the last
// word about what was asked for before.
TEST_P(StoredSessions, Asvs15_4_2_ThatHaveEndedChangeNoAccount) {
  admit(7, 70);
  admit(8, 80);
  expect<user_admitted>(make_registration(9, "titmouse", 90));
  for (const std::uint64_t user : {7U, 9U})
    expect<ended_sessions>(end_sessions{{user}, {user * 10}, logout_scope::all, noon});
  const auto change_in = [](std::uint64_t session) {
    return change_password{{9}, {}, make_hash("second"), session_id{session}, {}, {}, noon};
  };
  // Another user's session, and one that there never was, are no better.
  for (const std::uint64_t session : {70U, 80U, 404U}) {
    const session_id by{session};
    EXPECT_EQ(code_of(apply_one(add_credentials{{7}, "sparrow", make_hash("first"), noon, by})),
              errc::session_ended);
    EXPECT_EQ(code_of(apply_one(link_identity{{7}, "wx-two", "two", {}, noon, by})),
              errc::session_ended);
  }
  for (const std::uint64_t session : {90U, 80U, 404U})
    EXPECT_EQ(code_of(apply_one(change_in(session))), errc::session_ended);
  EXPECT_FALSE(value_of(reader->find_credential(user_id{7})));
  EXPECT_EQ(value_of(reader->find_credential(user_id{9}))->password_hash, make_hash("first"));

  expect<user>(add_credentials{{8}, "sparrow", make_hash("first"), noon, session_id{80}});
  expect<user>(link_identity{{8}, "wx-two", "two", {}, noon, session_id{80}});
}

} // namespace
} // namespace maque::db::test
