#include "store_fixture.hpp"

#include <gmock/gmock.h>

namespace maque::db::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class StoredUsers : public store_test {
protected:
  std::vector<std::uint64_t> list(std::optional<user_id> after, std::uint32_t limit) {
    return ids_of(list_page(*reader, {.after = after, .limit = limit}));
  }

  static std::vector<std::uint64_t> ids_of(const profile_page& page) {
    std::vector<std::uint64_t> ids;
    for (const public_profile& who : page.rows())
      ids.push_back(who.id.value);
    return ids;
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, StoredUsers, engines(), name_of);

TEST_P(StoredUsers, AreFoundInTheOrderOfTheIdsWithRepeatsAndGaps) {
  const user first = admit(11, 1);
  const user second = admit(12, 2);
  const std::vector<user_id> ids{{12}, {99}, {11}, {12}, {0}, {UINT64_MAX}};
  const auto found = value_of(reader->find_users(ids));
  EXPECT_THAT(found, ElementsAre(second, std::nullopt, first, second, std::nullopt, std::nullopt));
}

TEST_P(StoredUsers, AreFoundByTheHundred) {
  std::vector<write_request> requests;
  std::vector<user_id> ids;
  for (std::uint64_t id = 1; id <= 200; ++id) {
    requests.push_back(make_admission("openid-" + std::to_string(id), id, id));
    ids.push_back({201 - id});
  }
  writer->apply(requests);
  const auto found = value_of(reader->find_users(ids));
  ASSERT_EQ(found.size(), 200U);
  for (std::size_t i = 0; i < found.size(); ++i) {
    ASSERT_TRUE(found[i]);
    EXPECT_EQ(found[i]->id, ids[i]);
  }
}

TEST_P(StoredUsers, OfNoIdsAreNone) {
  EXPECT_THAT(value_of(reader->find_users({})), IsEmpty());
}

TEST_P(StoredUsers, KeepTheLargestId) {
  admit(INT64_MAX, INT64_MAX);
  ASSERT_TRUE(find_user(INT64_MAX));
  EXPECT_EQ(find_session(INT64_MAX)->user.value, static_cast<std::uint64_t>(INT64_MAX));
}

TEST_P(StoredUsers, KeepEveryFieldOfTheirProfile) {
  admit(1, 1);
  const update_profile request{.id = {1},
                               .patch = {.nickname = "麻雀",
                                         .avatar_url = "https://example.com/a.png?x=1&y=%20",
                                         .language = "zh-Hans-CN"},
                               .at = noon + std::chrono::microseconds{7}};
  const user changed = expect<user>(request);
  EXPECT_EQ(changed.nickname, "麻雀");
  EXPECT_EQ(changed.avatar_url, "https://example.com/a.png?x=1&y=%20");
  EXPECT_EQ(changed.language, "zh-Hans-CN");
  EXPECT_EQ(changed.role, user_role::user);
  EXPECT_FALSE(changed.disabled);
  EXPECT_EQ(changed.created_at, noon);
  EXPECT_EQ(changed.updated_at, noon + std::chrono::microseconds{7});
  EXPECT_EQ(changed.revision, 2U);
  EXPECT_EQ(find_user(1), changed);
}

TEST_P(StoredUsers, KeepWhatAPatchDoesNotName) {
  admit(1, 1);
  expect<user>(update_profile{
      {1}, {.nickname = "before", .avatar_url = "https://a.example/", .language = "en"}, noon});
  const user cleared = expect<user>(make_rename(1, ""));
  EXPECT_EQ(cleared.nickname, "");
  EXPECT_EQ(cleared.avatar_url, "https://a.example/");
  EXPECT_EQ(cleared.language, "en");
}

TEST_P(StoredUsers, NeverGoBackInTimeButAlwaysForwardInRevision) {
  admit(1, 1);
  expect<user>(make_rename(1, "later", noon + std::chrono::hours{1}));
  const user changed = expect<user>(make_rename(1, "earlier clock", noon));
  EXPECT_EQ(changed.nickname, "earlier clock");
  EXPECT_EQ(changed.updated_at, noon + std::chrono::hours{1});
  EXPECT_EQ(changed.revision, 3U);
}

TEST_P(StoredUsers, ThatDoNotExistCannotBeChanged) {
  EXPECT_EQ(code_of(apply_one(make_rename(404, "nobody"))), errc::user_not_found);
}

TEST_P(StoredUsers, KeepEveryKindOfText) {
  admit(1, 1);
  const std::vector<std::string> texts{
      "🀄🐦👩‍👩‍👧‍👦", // outside the basic plane, joined with U+200D
      "e\u0301 \u00e9",                    // not normalised
      "\u202Eright to left",               // a formatting character
      "\uFFFD\uFFFE\U0010FFFF",
      "line\nline\r\n\ttab \x7f",
      "",
      " padded ",
      "%_\\ '\"`;--/**/",
  };
  for (const auto& text : texts) {
    EXPECT_EQ(expect<user>(make_rename(1, text)).nickname, text);
    EXPECT_EQ(find_user(1)->nickname, text);
  }
}

// ASVS 1.2.4: SQL is parameterised.
TEST_P(StoredUsers, Asvs1_2_4_SqlInTextsStaysText) {
  admit(1, 1);
  admit(2, 2);
  const std::string attack = "x', disabled = TRUE; DROP TABLE sessions; --";
  EXPECT_EQ(expect<user>(make_rename(1, attack)).nickname, attack);
  EXPECT_TRUE(expect<user_admitted>(make_admission("' OR '1'='1", 3, 3)).is_new_user);
  expect<std::uint64_t>(set_config_value{attack, "'; DELETE FROM users; --", noon});
  EXPECT_EQ(find_user(1)->nickname, attack);
  EXPECT_FALSE(find_user(1)->disabled);
  EXPECT_EQ(find_user(2)->nickname, "");
  EXPECT_TRUE(find_session(2));
  EXPECT_THAT(value_of(reader->load_config()).entries,
              ElementsAre(config_entry{attack, "'; DELETE FROM users; --"}));
}

TEST_P(StoredUsers, AreListedByIdPageByPageWhileOthersArrive) {
  for (const std::uint64_t id : {50U, 10U, 30U, 20U, 40U})
    admit(id, id);
  EXPECT_THAT(list(std::nullopt, 2), ElementsAre(10, 20));
  admit(5, 5);   // before the cursor: not seen
  admit(25, 25); // behind the cursor: seen
  EXPECT_THAT(list(user_id{20}, 2), ElementsAre(25, 30));
  EXPECT_THAT(list(user_id{30}, 2), ElementsAre(40, 50));
  admit(60, 60);
  EXPECT_THAT(list(user_id{50}, 2), ElementsAre(60));
  EXPECT_THAT(list(user_id{60}, 2), IsEmpty());
  EXPECT_THAT(list(std::nullopt, 100), ElementsAre(5, 10, 20, 25, 30, 40, 50, 60));
}

TEST_P(StoredUsers, AreListedInManyPagesAtOnceEachInItsPlace) {
  for (const std::uint64_t id : {10U, 20U, 30U, 40U})
    admit(id, id);
  const std::vector<user_page_query> wanted{{user_id{20}, 2}, {{}, 1}, {user_id{40}, 5},
                                            {user_id{10}, 3}, {{}, 1}, {user_id{INT64_MAX}, 1},
                                            {user_id{20}, 1}};
  const auto pages = value_of(reader->list_users(wanted));
  ASSERT_EQ(pages.size(), wanted.size());
  EXPECT_THAT(ids_of(pages[0]), ElementsAre(30, 40));
  EXPECT_THAT(ids_of(pages[1]), ElementsAre(10));
  EXPECT_THAT(ids_of(pages[2]), IsEmpty());
  EXPECT_THAT(ids_of(pages[3]), ElementsAre(20, 30, 40));
  EXPECT_THAT(ids_of(pages[4]), ElementsAre(10));
  EXPECT_THAT(ids_of(pages[5]), IsEmpty());
  EXPECT_THAT(ids_of(pages[6]), ElementsAre(30));
}

TEST_P(StoredUsers, AreListedInNoPagesIfNoneIsAskedFor) {
  admit(1, 1);
  EXPECT_THAT(value_of(reader->list_users({})), IsEmpty());
}

TEST_P(StoredUsers, AreListedWithWhatOthersSeeOfThem) {
  admit(1, 1);
  admit(2, 2);
  admit(3, 3);
  const auto rename = [this](std::uint64_t id, std::string nickname, std::string avatar_url) {
    const update_profile order{.id = {id},
                               .patch = {.nickname = std::move(nickname),
                                         .avatar_url = std::move(avatar_url),
                                         .language = "zh-CN"},
                               .at = noon};
    expect<user>(order);
  };
  rename(1, "麻雀 \"1\" \\ , {}", "https://example.com/1.png");
  rename(3, "3 4 5 ", "");
  profile_page kept;
  {
    const profile_page page = list_page(*reader, {.after = {}, .limit = 9});
    kept = page;
  }
  admit(4, 4);
  EXPECT_EQ(list(std::nullopt, 9).size(), 4U);
  EXPECT_THAT(kept.rows(),
              ElementsAre(public_profile{{1}, "麻雀 \"1\" \\ , {}", "https://example.com/1.png"},
                          public_profile{{2}, "", ""}, public_profile{{3}, "3 4 5 ", ""}));
}

TEST_P(StoredUsers, ThatAreDisabledAreNotListedButFound) {
  for (const std::uint64_t id : {1U, 2U, 3U})
    admit(id, id);
  database.run_sql("UPDATE users SET disabled = TRUE WHERE id = 2");
  EXPECT_THAT(list(std::nullopt, 2), ElementsAre(1, 3));
  EXPECT_TRUE(find_user(2)->disabled);
}

TEST_P(StoredUsers, HaveTheirRole) {
  admit(1, 1);
  database.run_sql("UPDATE users SET role = 'operator' WHERE id = 1");
  EXPECT_EQ(find_user(1)->role, user_role::admin_operator);
}

} // namespace
} // namespace maque::db::test
