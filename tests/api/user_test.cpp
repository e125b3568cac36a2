#include "api_fixture.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace maque::test {

namespace {

class Profile : public testing::Test {
protected:
  Profile() { client.use_token(alice.access_token); }

  test_server server;
  signed_in alice = log_in(server, "alice");
  api_client client{server.port()};
};

std::string repeat(const std::string& text, int times) {
  std::string made;
  for (int count = 0; count < times; ++count)
    made += text;
  return made;
}

} // namespace

TEST_F(Profile, IsThatOfTheTokensUser) {
  log_in(server, "bob");
  const auto reply = client.get("/api/user/info");
  expect_success(reply);
  EXPECT_EQ(reply.data().at("id"), alice.user_id);
}

// ASVS 14.3.2: no-store on what is private.
TEST_F(Profile, IsNotToBeKept_ASVS_14_3_2) {
  EXPECT_EQ(client.get("/api/user/info").header("Cache-Control"), "no-store");
}

TEST_F(Profile, ChangesOnlyTheFieldsThatAreGiven) {
  const auto before = client.get("/api/user/info").data();
  const auto named = client.patch("/api/user/info", {{"nickname", "麻雀"}});
  expect_success(named);
  auto expected = before;
  expected["nickname"] = "麻雀";
  EXPECT_EQ(named.data(), expected);

  expected["avatar_url"] = "https://cdn.example.com/a.png";
  expected["language"] = "zh-CN";
  EXPECT_EQ(client
                .patch("/api/user/info",
                       {{"avatar_url", "https://cdn.example.com/a.png"}, {"language", "zh-CN"}})
                .data(),
            expected);
  EXPECT_EQ(client.get("/api/user/info").data(), expected);
}

// wx.request has no PATCH.
TEST_F(Profile, ChangesByPostAsByPatch) {
  auto expected = client.patch("/api/user/info", {{"language", "zh-CN"}}).data();
  expected["nickname"] = "麻雀";
  const auto named = client.post("/api/user/info", {{"nickname", "麻雀"}});
  expect_success(named);
  EXPECT_EQ(named.data(), expected);
  EXPECT_EQ(client.get("/api/user/info").data(), expected);
}

TEST_F(Profile, LosesAFieldThatIsSetToNothing) {
  client.patch("/api/user/info", {{"nickname", "Alice"}, {"language", "en"}});
  expect_success(client.patch("/api/user/info", {{"nickname", ""}}));
  const auto now = client.get("/api/user/info").data();
  EXPECT_EQ(now.at("nickname"), "");
  EXPECT_EQ(now.at("language"), "en");
}

TEST_F(Profile, TakesTheLongestValuesThereMayBe) {
  const std::string nickname = repeat("😀", 64);
  const std::string avatar = "https://e.example/" + std::string(1024 - 18, 'a');
  const auto reply =
      client.patch("/api/user/info", {{"nickname", nickname}, {"avatar_url", avatar}});
  expect_success(reply);
  EXPECT_EQ(reply.data().at("nickname"), nickname);
  EXPECT_EQ(reply.data().at("avatar_url"), avatar);
}

// ASVS 2.2.1: every field validated.
TEST_F(Profile, RefusesEachValueOutOfItsRules_ASVS_2_2_1) {
  const auto before = client.get("/api/user/info").data();
  const nlohmann::json patches[] = {
      nlohmann::json::object(),
      {{"nickname", 1}},
      {{"nickname", nullptr}},
      {{"nickname", repeat("a", 65)}},
      {{"nickname", repeat("😀", 65)}},
      {{"nickname", "a\nb"}},
      {{"nickname", std::string("a\0b", 3)}},
      {{"avatar_url", "http://cdn.example.com/a.png"}},
      {{"avatar_url", "javascript:alert(1)"}},
      {{"avatar_url", "//cdn.example.com/a.png"}},
      {{"avatar_url", "https://"}},
      {{"avatar_url", "https://wechat.com@evil.example/"}},
      {{"avatar_url", "https://e.example/\"onload=\"x"}},
      {{"avatar_url", "https://e.example/" + std::string(1024 - 17, 'a')}},
      {{"language", "english language"}},
      {{"language", "e"}},
      {{"language", std::string(36, 'a')}},
      {{"nickname", "good"}, {"language", "not good"}},
  };
  for (const auto& patch : patches) {
    SCOPED_TRACE(patch.dump().substr(0, 100));
    expect_failure(client.patch("/api/user/info", patch), errc::invalid_field);
  }
  EXPECT_EQ(client.get("/api/user/info").data(), before);
}

// ASVS 15.3.3: no mass assignment; 8.2.3: access by field.
TEST_F(Profile, HasFieldsThatNobodySetsForHimself_ASVS_15_3_3_8_2_3) {
  const auto before = client.get("/api/user/info").data();
  const nlohmann::json patches[] = {
      {{"role", "operator"}},  {{"id", "1"}},       {{"created_at", "2020-01-01T00:00:00Z"}},
      {{"disabled", "false"}}, {{"revision", "1"}}, {{"nickname", "good"}, {"role", "operator"}},
  };
  for (const auto& patch : patches) {
    SCOPED_TRACE(patch.dump());
    expect_failure(client.patch("/api/user/info", patch), errc::invalid_field);
  }
  EXPECT_EQ(client.get("/api/user/info").data(), before);
}

// ASVS 1.2.4: parameterised SQL.
TEST_F(Profile, KeepsTextThatLooksLikeCodeAsItIs_ASVS_1_2_4) {
  for (const std::string& text :
       std::vector<std::string>{"'; DROP TABLE users; --", "\" OR 1=1", "</script><b>", "\\u0041",
                                "${jndi:ldap://x}", "%s%n", "\"\\/"}) {
    EXPECT_EQ(client.patch("/api/user/info", {{"nickname", text}}).data().at("nickname"), text);
    EXPECT_EQ(client.get("/api/user/info").data().at("nickname"), text);
  }
}

// ASVS 8.2.2: access by object.
TEST_F(Profile, OfAnotherIsNotTouched_ASVS_8_2_2) {
  const auto bob = log_in(server, "bob");
  const auto before = ask_who_am_i(server, bob.access_token).data();
  expect_success(client.patch("/api/user/info", {{"nickname", "Alice"}}));
  EXPECT_EQ(ask_who_am_i(server, bob.access_token).data(), before);
}

TEST_F(Profile, IsNewOnEveryConnectionAsSoonAsTheChangeIsAnswered) {
  std::vector<api_client> others;
  for (int count = 0; count < 50; ++count) {
    others.emplace_back(server.port()).use_token(alice.access_token);
    expect_success(others.back().get("/api/user/info"));
  }
  for (const char* nickname : {"first", "second", "third"}) {
    expect_success(client.patch("/api/user/info", {{"nickname", nickname}}));
    for (api_client& other : others)
      EXPECT_EQ(other.get("/api/user/info").data().at("nickname"), nickname);
  }
}

TEST_F(Profile, SurvivesARestart) {
  expect_success(client.patch("/api/user/info", {{"nickname", "Alice"}}));
  server.restart();
  EXPECT_EQ(ask_who_am_i(server, alice.access_token).data().at("nickname"), "Alice");
}

TEST_F(Profile, OfAUserWhoDoesNotExistIsNotFound) {
  access_claims claims = claims_of(alice.access_token);
  claims.user.value += 1;
  client.use_token(sign(server, claims));
  expect_failure(client.get("/api/user/info"), errc::user_not_found);
  expect_failure(client.patch("/api/user/info", {{"nickname", "x"}}), errc::user_not_found);
  expect_failure(client.post("/api/user/info", {{"nickname", "x"}}), errc::user_not_found);
}

} // namespace maque::test
