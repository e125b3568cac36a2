#include "store_fixture.hpp"

#include <gmock/gmock.h>

namespace maque::db::test {
namespace {

class Admissions : public store_test {};
INSTANTIATE_TEST_SUITE_P(Engines, Admissions, engines(), name_of);

TEST_P(Admissions, OfANewIdentityMakeAUserAndOpenASession) {
  const auto admitted = expect<user_admitted>(make_admission("openid", 7, 70));
  user made;
  made.id = {7};
  made.created_at = noon;
  made.updated_at = noon;
  EXPECT_TRUE(admitted.is_new_user);
  EXPECT_EQ(admitted.who, made);
  EXPECT_EQ(find_user(7), made);

  session opened = make_session(70);
  opened.user = {7};
  EXPECT_EQ(find_session(70), opened);
}

TEST_P(Admissions, OfAKnownIdentityFindItsUserAsHeIsNow) {
  expect<user_admitted>(make_admission("openid", 7, 70));
  const user renamed = expect<user>(make_rename(7, "sparrow"));
  const auto admitted = expect<user_admitted>(make_admission("openid", 8, 71));
  EXPECT_FALSE(admitted.is_new_user);
  EXPECT_EQ(admitted.who, renamed);
  EXPECT_FALSE(find_user(8));
  EXPECT_EQ(find_session(71)->user, user_id{7});
}

TEST_P(Admissions, OfOneNewIdentityTwiceInABatchMakeOneUser) {
  const std::vector<write_request> requests{make_admission("openid", 7, 70),
                                            make_admission("openid", 8, 71)};
  const auto outcomes = writer->apply(requests);
  const auto first = std::get<user_admitted>(value_of(outcomes.at(0)));
  const auto second = std::get<user_admitted>(value_of(outcomes.at(1)));
  EXPECT_TRUE(first.is_new_user);
  EXPECT_FALSE(second.is_new_user);
  EXPECT_EQ(first.who, second.who);
  EXPECT_FALSE(find_user(8));
  EXPECT_EQ(find_session(71)->user, user_id{7});
}

TEST_P(Admissions, TellIdentitiesApartByEveryByteOfAppidAndOpenid) {
  const std::vector<std::pair<std::string, std::string>> identities{
      {"wx-app", "openid"}, {"wx-app", "OPENID"}, {"wx-app", "openid "},
      {"wx-two", "openid"}, {"wx-ap", "popenid"}, {"WX-APP", "openid"}};
  std::uint64_t id = 0;
  for (const auto& [appid, openid] : identities) {
    ++id;
    auto request = make_admission(openid, id, id);
    request.appid = appid;
    EXPECT_TRUE(expect<user_admitted>(request).is_new_user) << appid << " " << openid;
  }
}

TEST_P(Admissions, OfADisabledUserFailAndOpenNoSession) {
  admit(7, 70);
  database.run_sql("UPDATE users SET disabled = TRUE WHERE id = 7");
  EXPECT_EQ(code_of(apply_one(make_admission("openid-7", 8, 71))), errc::account_disabled);
  EXPECT_FALSE(find_session(71));
  EXPECT_FALSE(find_user(8));
}

TEST_P(Admissions, AreAllOrNothing) {
  admit(7, 70);
  // The session's id is taken: the new user and his identity must not remain either.
  EXPECT_EQ(code_of(apply_one(make_admission("new", 8, 70))), errc::internal);
  EXPECT_FALSE(find_user(8));
  EXPECT_TRUE(expect<user_admitted>(make_admission("new", 9, 90)).is_new_user);
}

TEST_P(Admissions, WithACandidateThatExistsFailAndChangeNothing) {
  const user before = admit(7, 70);
  EXPECT_EQ(code_of(apply_one(make_admission("another", 7, 71))), errc::internal);
  EXPECT_EQ(find_user(7), before);
  EXPECT_FALSE(find_session(71));
}

TEST_P(Admissions, KeepTheSessionToTheMicrosecond) {
  auto request = make_admission("openid", 1, 1);
  request.opened.created_at = from_unix_micros(-1);
  request.opened.last_seen_at = from_unix_micros(0);
  request.opened.expires_at = from_unix_micros(253'402'300'799'999'999); // the year 9999
  request.opened.rotated_at = from_unix_micros(1);
  request.opened.refresh_counter = UINT32_MAX;
  request.opened.device = "";
  expect<user_admitted>(request);
  request.opened.user = {1};
  EXPECT_EQ(find_session(1), request.opened);
}

} // namespace
} // namespace maque::db::test
