#include "account_fixture.hpp"
#include "domain/limits.hpp"

#include <gmock/gmock.h>

namespace maque::db::test {
namespace {

/// What is kept of the session_keys of WeChat.
class SessionKeys : public account_test {
protected:
  static link_identity link(std::uint64_t user, std::string appid, std::string openid,
                            std::optional<sealed_bytes> sealed) {
    return {{user}, std::move(appid), std::move(openid), {}, noon, {}, std::move(sealed)};
  }

  /// session_key_at of the only identity.
  archive_value kept_at() { return rows_of("wechat_identities").at(0).back(); }
};
INSTANTIATE_TEST_SUITE_P(Engines, SessionKeys, engines(), name_of);

TEST_P(SessionKeys, AreKeptFromTheFirstLoginOn) {
  admit(7, 70);
  EXPECT_EQ(session_key_of(7), (stored_session_key{"openid-7", make_sealed(70)}));
  EXPECT_EQ(kept_at(), archive_value{to_unix_micros(noon)});
  EXPECT_FALSE(session_key_of(7, "wx-two"));
  EXPECT_FALSE(session_key_of(8));
}

TEST_P(SessionKeys, AreReplacedByTheNextLogin) {
  admit(7, 70);
  auto later = make_admission("openid-7", 8, 71);
  later.opened.created_at = noon + std::chrono::hours{1};
  expect<user_admitted>(later);
  EXPECT_EQ(session_key_of(7)->sealed, make_sealed(71));
  EXPECT_EQ(kept_at(), archive_value{to_unix_micros(later.opened.created_at)});
  // The last one of a batch stays.
  for (const auto& outcome : writer->apply(std::vector<write_request>{
           make_admission("openid-7", 8, 72), make_admission("openid-7", 8, 73)}))
    EXPECT_TRUE(outcome);
  EXPECT_EQ(session_key_of(7)->sealed, make_sealed(73));
}

TEST_P(SessionKeys, OfNewAndKnownUsersGoTogetherInABatch) {
  std::vector<write_request> logins;
  for (std::uint64_t id = 1; id <= limits::write_batch / 2; ++id)
    logins.emplace_back(make_admission("openid-" + std::to_string(id), id, id));
  for (const auto& outcome : writer->apply(logins))
    ASSERT_TRUE(outcome);
  logins.clear();
  for (std::uint64_t id = limits::write_batch; id >= 1; --id)
    logins.emplace_back(make_admission("openid-" + std::to_string(id), id, 1'000 + id));
  for (const auto& outcome : writer->apply(logins))
    ASSERT_TRUE(outcome);

  std::vector<find_session_key> wanted;
  for (std::uint64_t id = limits::write_batch; id >= 1; --id)
    wanted.push_back({{id}, "wx-app"});
  const auto found = value_of(reader->find_session_keys(wanted));
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::uint64_t id = wanted[i].user.value;
    EXPECT_EQ(found[i],
              (stored_session_key{"openid-" + std::to_string(id), make_sealed(1'000 + id)}));
  }
}

TEST_P(SessionKeys, AreFoundInTheOrderInWhichTheyAreAskedFor) {
  admit(1, 10);
  admit(2, 20);
  expect<user>(link(1, "wx-two", "openid", make_sealed(12)));
  const std::vector<find_session_key> wanted{{{2}, "wx-app"}, {{3}, "wx-app"}, {{1}, "wx-two"},
                                             {{2}, "wx-app"}, {{1}, "wx-app"}, {{1}, "WX-APP"}};
  const auto found = value_of(reader->find_session_keys(wanted));
  ASSERT_EQ(found.size(), wanted.size());
  EXPECT_EQ(found[0]->sealed, make_sealed(20));
  EXPECT_FALSE(found[1]);
  EXPECT_EQ(found[2], (stored_session_key{"openid", make_sealed(12)}));
  EXPECT_EQ(found[3], found[0]);
  EXPECT_EQ(found[4]->sealed, make_sealed(10));
  EXPECT_FALSE(found[5]);
  EXPECT_TRUE(value_of(reader->find_session_keys({})).empty());
}

TEST_P(SessionKeys, ComeWithALink) {
  expect<user_admitted>(make_registration(7, "sparrow"));
  expect<user>(link(7, "wx-app", "openid", std::nullopt));
  EXPECT_FALSE(session_key_of(7));
  EXPECT_EQ(kept_at(), archive_value{});
  expect<user>(link(7, "wx-app", "openid", make_sealed(1)));
  EXPECT_EQ(session_key_of(7)->sealed, make_sealed(1));
  EXPECT_EQ(kept_at(), archive_value{to_unix_micros(noon)});
  expect<user>(link(7, "wx-app", "openid", std::nullopt));
  EXPECT_EQ(session_key_of(7)->sealed, make_sealed(1));
}

TEST_P(SessionKeys, StayAsTheyAreWhenALoginIsRefused) {
  admit(7, 70);
  expect<user_admitted>(make_registration(8, "sparrow"));
  EXPECT_EQ(code_of(apply_one(link(8, "wx-app", "openid-7", make_sealed(8)))),
            errc::identity_taken);
  database.run_sql("UPDATE users SET disabled = TRUE WHERE id = 7");
  EXPECT_EQ(code_of(apply_one(make_admission("openid-7", 9, 71))), errc::account_disabled);
  EXPECT_EQ(session_key_of(7)->sealed, make_sealed(70));
}

TEST_P(SessionKeys, GoWithTheirUser) {
  admit(7, 70);
  expect<ended_sessions>(delete_user{{7}, noon});
  EXPECT_FALSE(session_key_of(7));
  EXPECT_TRUE(rows_of("wechat_identities").empty());
}

TEST_P(SessionKeys, HaveALimitAndATime) {
  auto login = make_admission("openid", 7, 70);
  login.sealed_session_key.assign(257, 1);
  EXPECT_EQ(code_of(apply_one(login)), errc::internal);
  login.sealed_session_key.assign(256, 1);
  expect<user_admitted>(login);
  EXPECT_EQ(session_key_of(7)->sealed, login.sealed_session_key);
  EXPECT_ANY_THROW(database.run_sql("UPDATE wechat_identities SET session_key_at = NULL"));
  EXPECT_ANY_THROW(database.run_sql("UPDATE wechat_identities SET sealed_session_key = NULL"));
}

} // namespace
} // namespace maque::db::test
