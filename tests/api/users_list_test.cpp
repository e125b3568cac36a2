#include "api_fixture.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace maque::test {

namespace {

class Users : public testing::TestWithParam<std::string> {
protected:
  Users() { client.use_token(log_in(server, "user-0").access_token); }

  void add_users(int count) {
    for (int number = 1; number <= count; ++number)
      log_in(server, "user-" + std::to_string(number));
  }

  http_reply list(const std::string& query = {}) { return client.get(GetParam() + query); }

  test_server server;
  api_client client{server.port()};
};

INSTANTIATE_TEST_SUITE_P(Paths, Users, testing::Values("/api/v1/users", "/api/users"));

} // namespace

TEST_P(Users, CanBeReadPageByPageToTheEnd) {
  add_users(6);
  std::vector<std::string> ids;
  std::vector<std::size_t> sizes;
  for (std::string query = "?limit=3"; !query.empty();) {
    const auto page = list(query).data();
    ASSERT_TRUE(page.is_object());
    sizes.push_back(page.at("items").size());
    for (const auto& profile : page.at("items"))
      ids.push_back(profile.at("id"));
    const auto& next = page.at("next_cursor");
    query = next.is_null() ? "" : "?limit=3&cursor=" + next.get<std::string>();
  }
  EXPECT_EQ(sizes, (std::vector<std::size_t>{3, 3, 1}));
  ASSERT_EQ(ids.size(), 7);
  for (std::size_t at = 1; at < ids.size(); ++at)
    EXPECT_LT(user_id::parse(ids[at - 1])->value, user_id::parse(ids[at])->value);
}

TEST_P(Users, HaveNoNextPageIfTheLastOneIsJustFull) {
  add_users(2);
  const auto page = list("?limit=3").data();
  EXPECT_EQ(page.at("items").size(), 3);
  EXPECT_TRUE(page.at("next_cursor").is_null());
}

TEST_P(Users, AreTwentyOnAPageUnlessAskedOtherwise) {
  add_users(20);
  EXPECT_EQ(list().data().at("items").size(), 20);
  EXPECT_FALSE(list().data().at("next_cursor").is_null());
  EXPECT_EQ(list("?limit=100").data().at("items").size(), 21);
}

// ASVS 8.2.3: access by field.
TEST_P(Users, ShowOthersNothingButTheirPublicProfile_ASVS_8_2_3) {
  expect_success(client.patch("/api/user/info", {{"nickname", "N"}, {"language", "en"}}));
  const auto item = list().data().at("items").at(0);
  EXPECT_EQ(item.size(), 3);
  EXPECT_EQ(item.at("nickname"), "N");
  EXPECT_TRUE(item.contains("id") && item.contains("avatar_url"));
}

TEST_P(Users, WhoAreDisabledAreLeftOut) {
  const auto bob = log_in(server, "bob");
  ASSERT_EQ(list().data().at("items").size(), 2);
  server.execute_sql("UPDATE users SET disabled = 1 WHERE id = " + bob.user_id);
  EXPECT_EQ(list().data().at("items").size(), 1);
}

TEST_P(Users, AreRefusedToABadQuery) {
  for (const char* query :
       {"?limit=0", "?limit=101", "?limit=-1", "?limit=+1", "?limit=ten", "?limit=", "?limit=1.5",
        "?limit=4294967297", "?limit=%31%zz", "?limit=1%00", "?cursor=", "?cursor=x",
        "?cursor=MQ==", "?cursor=MDE", "?cursor=LTE", "?cursor=%zz", "?cursor=MSBPUiAxPTE",
        "?cursor=OTIyMzM3MjAzNjg1NDc3NTgwOA"}) {
    SCOPED_TRACE(query);
    expect_failure(list(query), errc::invalid_field);
  }
}

TEST_P(Users, AreForThoseWhoHaveSignedIn) {
  client.use_token("");
  expect_failure(list(), errc::unauthenticated);
}

} // namespace maque::test
