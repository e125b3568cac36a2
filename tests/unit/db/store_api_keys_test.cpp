#include "store_fixture.hpp"

#include <gmock/gmock.h>

namespace maque::db::test {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using ::testing::ElementsAre;

class ApiKeys : public store_test {
protected:
  std::optional<api_key> find(std::uint64_t number) {
    const std::vector<find_api_key> wanted{{make_key(number).digest}};
    return value_of(reader->find_api_keys(wanted)).at(0);
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, ApiKeys, engines(), name_of);

TEST_P(ApiKeys, AreFoundByTheirHashesInTheOrderInWhichTheyAreAskedFor) {
  api_key first = make_api_key(1, "shop");
  first.scopes.add(api_scope::wechat_messages);
  first.expires_at = noon + hours{1};
  api_key second = make_api_key(2, "crm");
  second.scopes = {};
  EXPECT_EQ(expect<api_key>(add_api_key{first}), first);
  EXPECT_EQ(expect<api_key>(add_api_key{second}), second);

  const std::vector<find_api_key> wanted{
      {second.hash}, {make_key(3).digest}, {first.hash}, {second.hash}};
  const auto found = value_of(reader->find_api_keys(wanted));
  EXPECT_THAT(found, ElementsAre(second, std::nullopt, first, second));
  EXPECT_TRUE(value_of(reader->find_api_keys({})).empty());
  EXPECT_THAT(value_of(reader->list_api_keys()), ElementsAre(first, second));
}

TEST_P(ApiKeys, HaveANameThatNoOtherGoodOneHas) {
  expect<api_key>(add_api_key{make_api_key(1, "shop")});
  EXPECT_EQ(code_of(apply_one(add_api_key{make_api_key(2, "shop")})), errc::conflict);
  EXPECT_FALSE(find(2));
  expect<api_key>(add_api_key{make_api_key(3, "Shop")});
  expect<api_key>(revoke_api_key{{1}, noon});
  expect<api_key>(add_api_key{make_api_key(2, "shop")});
  EXPECT_EQ(find(2)->name, "shop");
}

TEST_P(ApiKeys, HaveAnIdAndAHashOfTheirOwn) {
  expect<api_key>(add_api_key{make_api_key(1, "one")});
  EXPECT_EQ(code_of(apply_one(add_api_key{make_api_key(1, "two")})), errc::conflict);
  api_key same_hash = make_api_key(2, "two");
  same_hash.hash = make_key(1).digest;
  EXPECT_EQ(code_of(apply_one(add_api_key{same_hash})), errc::conflict);
  EXPECT_EQ(value_of(reader->list_api_keys()).size(), 1U);
}

TEST_P(ApiKeys, AreRevokedOnceAndForGood) {
  expect<api_key>(add_api_key{make_api_key(1, "shop")});
  api_key revoked = make_api_key(1, "shop");
  revoked.revoked_at = noon + hours{2};
  EXPECT_EQ(expect<api_key>(revoke_api_key{{1}, noon + hours{2}}), revoked);
  EXPECT_EQ(code_of(apply_one(revoke_api_key{{1}, noon + hours{3}})), errc::conflict);
  EXPECT_EQ(code_of(apply_one(revoke_api_key{{2}, noon})), errc::conflict);
  EXPECT_EQ(find(1), revoked);
}

TEST_P(ApiKeys, SayWhenTheyWereUsedOnceAMinute) {
  expect<api_key>(add_api_key{make_api_key(1, "shop")});
  EXPECT_FALSE(find(1)->last_used_at);
  const std::vector<std::pair<seconds, std::uint64_t>> uses{
      {seconds{0}, 1}, {seconds{59}, 0}, {seconds{60}, 1}, {seconds{30}, 0}};
  for (const auto& [after, changed] : uses)
    EXPECT_EQ(expect<std::uint64_t>(touch_api_key{{1}, noon + after}), changed) << after.count();
  EXPECT_EQ(find(1)->last_used_at, noon + seconds{60});
  EXPECT_EQ(expect<std::uint64_t>(touch_api_key{{2}, noon}), 0U);
}

TEST_P(ApiKeys, GiveNoRightsThatThisProgramDoesNotKnow) {
  expect<api_key>(add_api_key{make_api_key(1, "shop")});
  database.run_sql("UPDATE api_keys SET scopes = 'everything wechat.links wechat.code'");
  api_scopes links;
  links.add(api_scope::wechat_links);
  EXPECT_EQ(find(1)->scopes, links);
}

/// The phone numbers that users have told.
class BoundPhones : public store_test {};
INSTANTIATE_TEST_SUITE_P(Engines, BoundPhones, engines(), name_of);

TEST_P(BoundPhones, AreFoundInTheOrderInWhichTheyAreAskedFor) {
  admit(1, 10);
  admit(2, 20);
  const bound_phone first{{1}, "wx-app", {"+44123", "123", "44"}, noon};
  EXPECT_EQ(expect<bound_phone>(bind_phone_number{{1}, "wx-app", first.phone, noon}), first);
  const auto second = expect<bound_phone>(make_binding(2));
  const std::vector<find_bound_phone> wanted{{{2}}, {{3}}, {{1}}, {{2}}};
  EXPECT_THAT(value_of(reader->find_bound_phones(wanted)),
              ElementsAre(second, std::nullopt, first, second));
  EXPECT_TRUE(value_of(reader->find_bound_phones({})).empty());
}

TEST_P(BoundPhones, AreReplacedByTheNextOne) {
  admit(1, 10);
  expect<bound_phone>(make_binding(1, "1"));
  const bind_phone_number next{{1}, "wx-two", {"2", "3", "4"}, noon + hours{1}};
  expect<bound_phone>(next);
  EXPECT_EQ(phone_of(1), (bound_phone{next.user, next.appid, next.phone, next.at}));
}

TEST_P(BoundPhones, MayBeThoseOfSeveralUsers) {
  admit(1, 10);
  admit(2, 20);
  expect<bound_phone>(make_binding(1));
  expect<bound_phone>(make_binding(2));
  EXPECT_EQ(phone_of(1)->phone, phone_of(2)->phone);
}

TEST_P(BoundPhones, AreOfUsersWhoCanLogIn) {
  admit(1, 10);
  admit(2, 20);
  expect<ended_sessions>(set_user_disabled{{1}, true, noon});
  expect<ended_sessions>(delete_user{{2}, noon});
  for (const std::uint64_t nobody : {1U, 2U, 3U}) {
    EXPECT_EQ(code_of(apply_one(make_binding(nobody))), errc::user_not_found);
    EXPECT_FALSE(phone_of(nobody));
  }
}

TEST_P(BoundPhones, GoWithTheirUser) {
  admit(1, 10);
  expect<bound_phone>(make_binding(1));
  expect<ended_sessions>(delete_user{{1}, noon});
  EXPECT_FALSE(phone_of(1));
}

TEST_P(BoundPhones, HaveALimit) {
  admit(1, 10);
  for (const std::size_t size : {std::size_t{0}, std::size_t{65}})
    EXPECT_EQ(code_of(apply_one(make_binding(1, std::string(size, '1')))), errc::internal);
  EXPECT_FALSE(phone_of(1));
}

} // namespace
} // namespace maque::db::test
