#include "account_fixture.hpp"

#include <gmock/gmock.h>

namespace maque::db::test {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

audit_entry make_entry(std::uint64_t id, utc_time at = noon) {
  return {.id = {id},
          .at = at,
          .who = "alice",
          .address = "2001:db8::1",
          .action = "user.disable",
          .subject = "7",
          .details = R"({"why":"spam"})"};
}

class Operators : public account_test {
protected:
  static std::vector<std::uint64_t> numbers(const std::vector<account>& found) {
    std::vector<std::uint64_t> made;
    for (const account& each : found)
      made.push_back(each.who.id.value);
    return made;
  }

  std::vector<std::uint64_t> search(const std::string& text, std::uint32_t limit = 10) {
    return numbers(value_of(reader->search_accounts({text, {"wx-app", "wx-other"}, limit})));
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, Operators, engines(), name_of);

TEST_P(Operators, HaveAnAuditLogThatIsReadFromItsEnd) {
  for (const std::uint64_t id : {1, 2, 3})
    EXPECT_EQ(expect<std::uint64_t>(record_action{make_entry(id)}), 1U);
  EXPECT_THAT(value_of(reader->list_audit({{}, 2})), ElementsAre(make_entry(3), make_entry(2)));
  EXPECT_THAT(value_of(reader->list_audit({audit_id{2}, 2})), ElementsAre(make_entry(1)));
  EXPECT_THAT(value_of(reader->list_audit({audit_id{1}, 2})), IsEmpty());
}

TEST_P(Operators, HaveAnAuditLogWhoseOldEntriesArePurged) {
  expect<std::uint64_t>(record_action{make_entry(1, noon - hours{2})});
  expect<std::uint64_t>(record_action{make_entry(2, noon - hours{1})});
  purge order;
  order.audit_before = noon - hours{1};
  order.now = noon;
  EXPECT_EQ(expect<std::uint64_t>(order), 1U);
  EXPECT_THAT(value_of(reader->list_audit({{}, 9})), ElementsAre(make_entry(2, noon - hours{1})));
}

TEST_P(Operators, SeeEverybodysOpenSessionsTheNewestFirst) {
  admit(1, 10);
  admit(2, 20);
  admit(3, 30);
  expect<ended_sessions>(end_sessions{{2}, {20}, logout_scope::this_session, noon});
  const auto ids = [this](const session_page_query& query) {
    std::vector<std::uint64_t> found;
    for (const session& each : value_of(reader->list_open_sessions(query)))
      found.push_back(each.id.value);
    return found;
  };
  const utc_time long_ago = noon - hours{1};
  EXPECT_THAT(ids({{}, 9, noon, long_ago}), ElementsAre(30U, 10U));
  EXPECT_THAT(ids({{}, 1, noon, long_ago}), ElementsAre(30U));
  EXPECT_THAT(ids({session_id{30}, 9, noon, long_ago}), ElementsAre(10U));
  EXPECT_THAT(ids({{}, 9, noon, noon + seconds{1}}), IsEmpty());
  EXPECT_THAT(ids({{}, 9, noon + hours{24 * 90}, long_ago}), IsEmpty());
  session shown = make_session(30);
  shown.user = {3};
  EXPECT_EQ(value_of(reader->list_open_sessions({{}, 1, noon, long_ago})).at(0), shown);
}

TEST_P(Operators, FindAUserByIdUsernameItsBeginningAndOpenid) {
  expect<user_admitted>(make_registration(1, "sparrow"));
  expect<user_admitted>(make_registration(2, "sparrowhawk"));
  expect<user_admitted>(make_registration(3, "hawk"));
  expect<user_admitted>(make_admission("oABC", 4, 40));
  EXPECT_THAT(search("2"), ElementsAre(2U));
  EXPECT_THAT(search("sparrowhawk"), ElementsAre(2U));
  EXPECT_THAT(search("sparrow"), ElementsAre(2U, 1U));
  EXPECT_THAT(search("Spar"), ElementsAre(2U, 1U));
  EXPECT_THAT(search("oABC"), ElementsAre(4U));
  EXPECT_THAT(search("oAB"), IsEmpty());
  EXPECT_THAT(search("parrow"), IsEmpty());
  EXPECT_THAT(search(std::string{"hawk\0", 5}), IsEmpty());
  EXPECT_THAT(search("%"), IsEmpty());
  EXPECT_THAT(search(""), ElementsAre(4U, 3U, 2U, 1U));
  EXPECT_THAT(search("", 2), ElementsAre(4U, 3U));
  EXPECT_THAT(numbers(value_of(reader->search_accounts({"oABC", {"wx-other"}, 10}))), IsEmpty());
}

TEST_P(Operators, FindWhoIsDisabledAndNotWhoIsDeleted) {
  expect<user_admitted>(make_registration(1, "sparrow"));
  expect<user_admitted>(make_registration(2, "hawk"));
  expect<ended_sessions>(set_user_disabled{{1}, true, noon});
  expect<ended_sessions>(delete_user{{2}, noon});
  const auto found = value_of(reader->search_accounts({"sparrow", {}, 10}));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].who.disabled);
  EXPECT_EQ(found[0].username, "sparrow");
  EXPECT_THAT(search("2"), IsEmpty());
  EXPECT_THAT(search(""), ElementsAre(1U));
}

TEST_P(Operators, ProveThatTheyKnowTheirPasswordWithoutASession) {
  auto registered = make_registration(1, "sparrow");
  registered.role = user_role::admin_operator;
  expect<user_admitted>(registered);
  expect<attempt_begun>(make_attempt({.account = make_key(1)}));
  confirm_password order{{1},
                         make_hash("first"),
                         make_hash("better"),
                         {.account = make_key(1)},
                         make_attempt({}).policy,
                         noon};
  EXPECT_EQ(expect<user>(order).role, user_role::admin_operator);
  EXPECT_EQ(value_of(reader->find_credential(user_id{1}))->password_hash, make_hash("better"));
  EXPECT_THAT(value_of(reader->list_sessions({1})), IsEmpty());
  // The hash that was verified is not there any more.
  EXPECT_EQ(code_of(apply_one(order)), errc::bad_credentials);
  order.verified_hash = make_hash("better");
  expect<ended_sessions>(set_user_disabled{{1}, true, noon});
  EXPECT_EQ(code_of(apply_one(order)), errc::bad_credentials);
}

} // namespace
} // namespace maque::db::test
