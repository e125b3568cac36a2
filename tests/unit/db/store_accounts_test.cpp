#include "account_fixture.hpp"

#include <gmock/gmock.h>

namespace maque::db::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Accounts : public account_test {};
INSTANTIATE_TEST_SUITE_P(Engines, Accounts, engines(), name_of);

TEST_P(Accounts, AreRegisteredWithAUserACredentialAndASession) {
  auto request = make_registration(7, "sparrow", 70);
  request.role = user_role::admin_operator;
  const auto admitted = expect<user_admitted>(request);
  user made;
  made.id = {7};
  made.role = user_role::admin_operator;
  made.created_at = noon;
  made.updated_at = noon;
  EXPECT_TRUE(admitted.is_new_user);
  EXPECT_THAT(admitted.ended, IsEmpty());
  EXPECT_EQ(admitted.who, made);
  EXPECT_EQ(find_user(7), made);
  session opened = make_session(70);
  opened.user = {7};
  EXPECT_EQ(find_session(70), opened);
  const credential stored{.user = {7}, .username = "sparrow", .password_hash = make_hash("first")};
  EXPECT_EQ(value_of(reader->find_credential("sparrow")), stored);
  EXPECT_EQ(value_of(reader->find_credential(user_id{7})), stored);
}

TEST_P(Accounts, AreRegisteredWithoutASession) {
  expect<user_admitted>(make_registration(7, "sparrow"));
  EXPECT_TRUE(find_user(7));
  EXPECT_THAT(value_of(reader->list_sessions({7})), IsEmpty());
}

TEST_P(Accounts, HaveUsernamesThatNobodyElseHas) {
  expect<user_admitted>(make_registration(7, "sparrow"));
  EXPECT_EQ(code_of(apply_one(make_registration(8, "sparrow", 80))), errc::username_taken);
  EXPECT_FALSE(find_user(8));
  EXPECT_FALSE(find_session(80));
  expect<user_admitted>(make_registration(9, "Sparrow"));
  EXPECT_EQ(value_of(reader->find_credential("Sparrow"))->user, user_id{9});
  EXPECT_FALSE(value_of(reader->find_credential("sparro")));
  EXPECT_FALSE(value_of(reader->find_credential(std::string_view{"sparrow\0", 8})));
  EXPECT_FALSE(value_of(reader->find_credential(user_id{404})));
}

TEST_P(Accounts, WithAnIdThatIsTakenFailAndChangeNothing) {
  const user before = admit(7, 70);
  EXPECT_EQ(code_of(apply_one(make_registration(7, "sparrow", 71))), errc::internal);
  EXPECT_EQ(code_of(apply_one(make_registration(8, "sparrow", 70))), errc::internal);
  EXPECT_EQ(find_user(7), before);
  EXPECT_FALSE(find_user(8));
  EXPECT_FALSE(value_of(reader->find_credential("sparrow")));
}

TEST_P(Accounts, InOneBatchAreDoneOneAfterTheOther) {
  expect<invitation>(add_invitation{make_invitation(1)});
  auto invited = make_registration(1, "first");
  invited.invitation = make_invitation(1).code_hash;
  auto late = invited;
  late.id = {2};
  late.username = "second";
  begin_attempt attempt = make_attempt({});
  attempt.username = "first";
  begin_attempt early = attempt;
  early.username = "third";
  const auto outcomes = writer->apply(std::vector<write_request>{
      early, invited, late, attempt, make_rename(1, "one"),
      change_password{{1}, make_hash("first"), make_hash("second"), {}, {}, {}, noon}, attempt,
      make_rename(1, "two"), set_user_disabled{{1}, true, noon}, attempt, delete_user{{1}, noon},
      make_rename(1, "three"), attempt, make_registration(3, "third")});
  const auto known = [&](std::size_t place) {
    return std::get<attempt_begun>(value_of(outcomes.at(place))).known;
  };
  EXPECT_FALSE(known(0));
  EXPECT_EQ(code_of(outcomes[2]), errc::invalid_invitation);
  EXPECT_EQ(known(3)->password_hash, make_hash("first"));
  EXPECT_EQ(std::get<user>(value_of(outcomes[4])).revision, 2U);
  EXPECT_EQ(known(6)->password_hash, make_hash("second"));
  EXPECT_EQ(std::get<user>(value_of(outcomes[7])).nickname, "two");
  EXPECT_TRUE(known(9)->disabled);
  EXPECT_TRUE(outcomes[10]);
  EXPECT_EQ(code_of(outcomes[11]), errc::user_not_found);
  EXPECT_FALSE(known(12));
  EXPECT_TRUE(outcomes[13]);
}

TEST_P(Accounts, InOneBatchKeepTheirOrderWhateverElseTheirUsersDo) {
  admit(1, 10);
  admit(2, 20);
  const auto outcomes = writer->apply(std::vector<write_request>{
      make_rename(1, "a"), make_rename(1, "b"), make_rename(1, "c"),
      add_credentials{{1}, "sparrow", make_hash("first"), noon}, make_rename(1, "d"),
      make_rename(2, "e"), add_credentials{{2}, "sparrow", make_hash("first"), noon}});
  EXPECT_EQ(std::get<user>(value_of(outcomes[3])).nickname, "c");
  EXPECT_EQ(std::get<user>(value_of(outcomes[4])).nickname, "d");
  EXPECT_EQ(code_of(outcomes[6]), errc::username_taken);
}

TEST_P(Accounts, LetNoBadRequestHarmTheOthersOfItsBatch) {
  const std::string too_long(100'000, 'x');
  const auto outcomes = writer->apply(std::vector<write_request>{
      make_registration(1, "one"), make_registration(2, too_long), make_registration(3, "one"),
      make_attempt({.account = make_key(1)}), make_registration(1, "again"),
      make_registration(4, "four")});
  EXPECT_TRUE(outcomes[0]);
  EXPECT_EQ(code_of(outcomes[1]), errc::internal);
  EXPECT_EQ(code_of(outcomes[2]), errc::username_taken);
  EXPECT_TRUE(outcomes[3]);
  EXPECT_EQ(code_of(outcomes[4]), errc::internal);
  EXPECT_TRUE(outcomes[5]);
  EXPECT_EQ(stored(make_key(1))->failures, 1U);
}

// Passwords -----------------------------------------------------------------------------------

TEST_P(Accounts, OpenSessionsForAPasswordThatIsStillTheOne) {
  expect<user_admitted>(make_registration(7, "sparrow"));
  auto request = make_opening(7, 70);
  request.upgraded_hash = make_hash("stronger");
  const auto admitted = expect<user_admitted>(request);
  EXPECT_FALSE(admitted.is_new_user);
  EXPECT_EQ(admitted.who, find_user(7));
  EXPECT_EQ(find_session(70)->user, user_id{7});
  EXPECT_EQ(value_of(reader->find_credential(user_id{7}))->password_hash, make_hash("stronger"));

  EXPECT_EQ(code_of(apply_one(make_opening(7, 71))), errc::bad_credentials);
  request.opened = make_session(72);
  request.verified_hash = make_hash("stronger");
  request.upgraded_hash.reset();
  expect<user_admitted>(request);
  EXPECT_EQ(value_of(reader->find_credential(user_id{7}))->password_hash, make_hash("stronger"));
}

TEST_P(Accounts, Asvs7_4_2_OpenNoSessionForWhoIsDisabledOrGone) {
  expect<user_admitted>(make_registration(7, "sparrow"));
  expect<user_admitted>(make_registration(8, "titmouse"));
  admit(9, 90);
  expect<ended_sessions>(set_user_disabled{{7}, true, noon});
  expect<ended_sessions>(delete_user{{8}, noon});
  std::uint64_t session = 100;
  for (const std::uint64_t user : {7U, 8U, 9U, 404U}) {
    EXPECT_EQ(code_of(apply_one(make_opening(user, ++session))), errc::bad_credentials) << user;
    EXPECT_FALSE(find_session(session));
  }
}

TEST_P(Accounts, Asvs7_4_3_EndTheOtherSessionsWhenTheirPasswordChanges) {
  expect<user_admitted>(make_registration(7, "sparrow", 70));
  for (const std::uint64_t session : {73U, 71U, 72U})
    expect<user_admitted>(make_opening(7, session));
  admit(8, 80);
  change_password request{.user = {7},
                          .from_hash = make_hash("first"),
                          .to_hash = make_hash("second"),
                          .keep = session_id{71},
                          .keys = {},
                          .policy = {},
                          .at = noon + std::chrono::hours{1}};
  EXPECT_THAT(expect<ended_sessions>(request),
              ElementsAre(session_id{70}, session_id{72}, session_id{73}));
  EXPECT_EQ(find_session(70)->ended_at, request.at);
  EXPECT_FALSE(find_session(71)->ended_at);
  EXPECT_FALSE(find_session(80)->ended_at);
  EXPECT_EQ(value_of(reader->find_credential("sparrow"))->password_hash, make_hash("second"));

  EXPECT_EQ(code_of(apply_one(request)), errc::conflict);
  EXPECT_FALSE(find_session(71)->ended_at);
  request.from_hash.reset();
  request.keep.reset();
  EXPECT_THAT(expect<ended_sessions>(request), ElementsAre(session_id{71}));
}

TEST_P(Accounts, WithoutAPasswordHaveNoneToChange) {
  admit(8, 80);
  for (const std::uint64_t user : {8U, 404U}) {
    const change_password request{{user}, {}, make_hash("second"), {}, {}, {}, noon};
    EXPECT_EQ(code_of(apply_one(request)), errc::user_not_found);
  }
  EXPECT_FALSE(find_session(80)->ended_at);
}

TEST_P(Accounts, GetCredentialsOnce) {
  const user before = admit(7, 70);
  expect<user_admitted>(make_registration(8, "taken"));
  add_credentials request{{7}, "taken", make_hash("first"), noon};
  EXPECT_EQ(code_of(apply_one(request)), errc::username_taken);
  request.username = "sparrow";
  EXPECT_EQ(expect<user>(request), before);
  EXPECT_EQ(value_of(reader->find_credential("sparrow"))->user, user_id{7});
  EXPECT_EQ(code_of(apply_one(request)), errc::credentials_exist);
  request.username = "taken";
  EXPECT_EQ(code_of(apply_one(request)), errc::credentials_exist);
  request.user = {404};
  EXPECT_EQ(code_of(apply_one(request)), errc::user_not_found);
  admit(9, 90);
  expect<ended_sessions>(set_user_disabled{{9}, true, noon});
  request = {{9}, "nobody", make_hash("first"), noon};
  EXPECT_EQ(code_of(apply_one(request)), errc::user_not_found);
}

// Identities ----------------------------------------------------------------------------------

TEST_P(Accounts, AreLinkedToOneIdentityOfAMiniProgram) {
  const auto made = expect<user_admitted>(make_registration(7, "sparrow"));
  const auto link = [](std::uint64_t user, std::string appid, std::string openid) {
    return link_identity{{user}, std::move(appid), std::move(openid), "union", noon};
  };
  EXPECT_EQ(expect<user>(link(7, "wx-app", "openid")), made.who);
  const auto admitted = expect<user_admitted>(make_admission("openid", 8, 80));
  EXPECT_FALSE(admitted.is_new_user);
  EXPECT_EQ(admitted.who.id, user_id{7});

  EXPECT_EQ(expect<user>(link(7, "wx-app", "openid")), made.who); // His already.
  EXPECT_EQ(code_of(apply_one(link(7, "wx-app", "another"))), errc::wechat_already_linked);
  expect<user>(link(7, "wx-two", "openid"));
  admit(9, 90);
  EXPECT_EQ(code_of(apply_one(link(9, "wx-app", "openid"))), errc::identity_taken);
  EXPECT_EQ(code_of(apply_one(link(7, "wx-app", "openid-9"))), errc::identity_taken);
  EXPECT_EQ(code_of(apply_one(link(404, "wx-app", "new"))), errc::user_not_found);
  expect<ended_sessions>(set_user_disabled{{9}, true, noon});
  EXPECT_EQ(code_of(apply_one(link(9, "wx-two", "new"))), errc::user_not_found);
}

TEST_P(Accounts, AreLinkedInTheOrderOfTheBatch) {
  expect<user_admitted>(make_registration(7, "sparrow"));
  const auto outcomes = writer->apply(std::vector<write_request>{
      make_rename(7, "seven"), link_identity{{7}, "wx-app", "linked", {}, noon},
      make_admission("linked", 8, 80), make_admission("new", 9, 90),
      link_identity{{7}, "wx-two", "x", {}, noon}, link_identity{{7}, "wx-app", "new", {}, noon}});
  EXPECT_EQ(std::get<user_admitted>(value_of(outcomes[2])).who.nickname, "seven");
  EXPECT_TRUE(std::get<user_admitted>(value_of(outcomes[3])).is_new_user);
  EXPECT_TRUE(outcomes[4]);
  EXPECT_EQ(code_of(outcomes[5]), errc::identity_taken);
}

// The operator --------------------------------------------------------------------------------

TEST_P(Accounts, Asvs7_4_2_LoseTheirSessionsWhenTheyAreDisabled) {
  admit(7, 72);
  admit(7, 71);
  const utc_time at = noon + std::chrono::hours{1};
  EXPECT_THAT(expect<ended_sessions>(set_user_disabled{{7}, true, at}),
              ElementsAre(session_id{71}, session_id{72}));
  EXPECT_EQ(find_session(71)->ended_at, at);
  const user disabled = *find_user(7);
  EXPECT_TRUE(disabled.disabled);
  EXPECT_EQ(disabled.updated_at, at);
  EXPECT_EQ(disabled.revision, 2U);
  EXPECT_EQ(code_of(apply_one(rotate_refresh{{71}, {7}, 0, at})), errc::conflict);
  EXPECT_EQ(code_of(apply_one(make_admission("openid-7", 8, 73))), errc::account_disabled);

  EXPECT_THAT(expect<ended_sessions>(set_user_disabled{{7}, true, at}), IsEmpty());
  EXPECT_EQ(find_user(7), disabled);
  EXPECT_THAT(expect<ended_sessions>(set_user_disabled{{7}, false, at}), IsEmpty());
  EXPECT_FALSE(find_user(7)->disabled);
  EXPECT_EQ(find_session(71)->ended_at, at);
  admit(7, 74);
  EXPECT_EQ(code_of(apply_one(set_user_disabled{{404}, true, at})), errc::user_not_found);
}

TEST_P(Accounts, ThatAreDeletedAreFoundByNoRead) {
  expect<user_admitted>(make_registration(7, "sparrow", 72));
  expect<user>(link_identity{{7}, "wx-app", "openid-7", {}, noon});
  admit(7, 71);
  expect<user>(make_rename(7, "Jane"));
  expect<ended_sessions>(end_sessions{{7}, {72}, logout_scope::this_session, noon});
  admit(8, 80);
  EXPECT_THAT(expect<ended_sessions>(delete_user{{7}, noon}), ElementsAre(session_id{71}));

  EXPECT_FALSE(find_user(7));
  EXPECT_EQ(list_page(*reader, {}).rows().size(), 1U);
  EXPECT_EQ(value_of(reader->list_accounts({})).size(), 1U);
  EXPECT_FALSE(value_of(reader->find_credential("sparrow")));
  EXPECT_FALSE(value_of(reader->find_credential(user_id{7})));
  for (const std::uint64_t id : {71U, 72U}) {
    EXPECT_EQ(find_session(id)->device, "");
    EXPECT_EQ(find_session(id)->address, "");
    EXPECT_TRUE(find_session(id)->ended_at);
  }
  EXPECT_NE(find_session(80)->device, "");
  const archive_row left = rows_of("users").front();
  for (const std::size_t text : {1U, 2U, 3U})
    EXPECT_EQ(left.at(text), archive_value{std::string{}});
  EXPECT_EQ(rows_of("wechat_identities").size(), 1U);

  const std::vector<write_request> refused{
      delete_user{{7}, noon},
      set_user_disabled{{7}, true, noon},
      make_rename(7, "again"),
      add_credentials{{7}, "sparrow", make_hash("first"), noon},
      link_identity{{7}, "wx-app", "new", {}, noon},
      change_password{{7}, {}, make_hash("second"), {}, {}, {}, noon}};
  for (const write_request& request : refused)
    EXPECT_EQ(code_of(apply_one(request)), errc::user_not_found) << request.index();
}

TEST_P(Accounts, ThatAreDeletedSetTheirNamesFreeButNotTheirIds) {
  expect<user_admitted>(make_registration(7, "sparrow"));
  expect<user>(link_identity{{7}, "wx-app", "openid", {}, noon});
  const auto outcomes = writer->apply(
      std::vector<write_request>{delete_user{{7}, noon}, make_admission("openid", 8, 80)});
  const auto admitted = std::get<user_admitted>(value_of(outcomes.at(1)));
  EXPECT_TRUE(admitted.is_new_user);
  EXPECT_EQ(admitted.who.id, user_id{8});
  expect<user_admitted>(make_registration(9, "sparrow"));
  EXPECT_EQ(code_of(apply_one(make_registration(7, "tit"))), errc::internal);
  EXPECT_EQ(code_of(apply_one(make_admission("new", 7, 90))), errc::internal);
}

TEST_P(Accounts, AreListedWithWhatTheyHave) {
  admit(1, 10);
  admit(1, 11);
  expect<ended_sessions>(end_sessions{{1}, {10}, logout_scope::this_session, noon});
  expect<user_admitted>(make_registration(2, "two"));
  expect<user_admitted>(make_registration(3, "three", 30));
  for (const char* const appid : {"wx-app", "wx-two"})
    expect<user>(link_identity{{3}, appid, "openid", {}, noon});
  expect<ended_sessions>(set_user_disabled{{2}, true, noon});
  admit(4, 40);
  expect<ended_sessions>(delete_user{{4}, noon});

  const account one{
      .who = *find_user(1), .username = {}, .wechat_identities = 1, .open_sessions = 1};
  const account two{.who = *find_user(2), .username = "two"};
  const account three{
      .who = *find_user(3), .username = "three", .wechat_identities = 2, .open_sessions = 1};
  EXPECT_THAT(value_of(reader->list_accounts({})), ElementsAre(one, two, three));
  EXPECT_THAT(value_of(reader->list_accounts({.after = user_id{1}, .limit = 1})), ElementsAre(two));
  EXPECT_THAT(value_of(reader->list_accounts({.after = user_id{3}, .limit = 9})), IsEmpty());
}

TEST_P(Accounts, ListTheSessionsThatHaveNotEnded) {
  for (const std::uint64_t session : {12U, 10U, 11U})
    admit(1, session);
  admit(2, 20);
  expect<ended_sessions>(end_sessions{{1}, {11}, logout_scope::this_session, noon});
  EXPECT_THAT(value_of(reader->list_sessions({1})),
              ElementsAre(*find_session(10), *find_session(12)));
  EXPECT_THAT(value_of(reader->list_sessions({404})), IsEmpty());
}

// Invitations ---------------------------------------------------------------------------------

TEST_P(Accounts, AreInvitedAsOftenAsTheInvitationSays) {
  const invitation twice = make_invitation(1, 2, noon + std::chrono::seconds{1});
  EXPECT_EQ(expect<invitation>(add_invitation{twice}), twice);
  EXPECT_EQ(code_of(apply_one(add_invitation{twice})), errc::conflict);
  const auto invited = [&](std::uint64_t id, std::string name, utc_time at = noon) {
    auto request = make_registration(id, std::move(name));
    request.invitation = twice.code_hash;
    request.at = at;
    return request;
  };
  expect<user_admitted>(invited(1, "one"));
  EXPECT_EQ(code_of(apply_one(invited(2, "one"))), errc::username_taken);
  EXPECT_EQ(code_of(apply_one(invited(2, "two", *twice.expires_at))), errc::invalid_invitation);
  EXPECT_EQ(value_of(reader->list_invitations()).at(0).uses_left, 1U);
  expect<user_admitted>(invited(2, "two"));
  EXPECT_EQ(code_of(apply_one(invited(3, "three"))), errc::invalid_invitation);
  // Who isn't invited learns of no name that there is.
  EXPECT_EQ(code_of(apply_one(invited(3, "one"))), errc::invalid_invitation);
  EXPECT_FALSE(find_user(3));
  EXPECT_EQ(value_of(reader->list_invitations()).at(0).uses_left, 0U);
}

TEST_P(Accounts, KnowTheirInvitationsInTheOrderInWhichTheyWereMade) {
  invitation first = make_invitation(9);
  first.created_at = noon - std::chrono::seconds{1};
  first.note = "for 麻雀";
  const invitation second = make_invitation(200, UINT32_MAX, noon);
  const invitation third = make_invitation(255);
  for (const invitation& each : {third, second, first})
    expect<invitation>(add_invitation{each});
  EXPECT_THAT(value_of(reader->list_invitations()), ElementsAre(first, second, third));
  EXPECT_EQ(expect<invitation>(remove_invitation{second.code_hash}), second);
  EXPECT_EQ(code_of(apply_one(remove_invitation{second.code_hash})), errc::invalid_invitation);
  EXPECT_THAT(value_of(reader->list_invitations()), ElementsAre(first, third));
}

} // namespace
} // namespace maque::db::test
