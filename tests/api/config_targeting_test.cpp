#include "api_fixture.hpp"
#include "support/raw_client.hpp"

#include <gtest/gtest.h>

#include <string>

namespace maque::test {

namespace {

/// A server of two mini-programs, of which the first is meant where none is named.
class ConfigTargeting : public testing::Test {
protected:
  static void two_apps(config::settings& settings) {
    settings.wechat.mode = config::wechat_mode::simulator;
    settings.wechat.appid = "wx-first";
    settings.wechat.further_apps.push_back({"wx-second", secret{"x"}, {}, {}});
  }

  /// Publishes, and waits until both lanes serve it: several connections, one after another.
  void publish(const std::string& key, config_content content) {
    server.publish(key, std::move(content));
    ++version;
    for (int count = 0; count < 10; ++count) {
      api_client other{server.port()};
      ASSERT_TRUE(
          eventually([&] { return other.get("/api/config").data().at("version") == version; }));
    }
  }

  static config_content content_for(config_targeting whom) {
    config_content made;
    made.json = R"("chosen")";
    made.targeting = std::move(whom);
    return made;
  }

  nlohmann::json values(const std::string& query = {}) {
    return client.get("/api/config" + query).data().at("values");
  }

  /// Somebody who is in the first half of the users as far as this key is concerned, or in the
  /// second.
  std::string token_of_half(const std::string& key, bool first) {
    for (int number = 0;; ++number) {
      const auto user = log_in(server, "half-" + std::to_string(number));
      const bool in_first = config_place(key, user_id{std::stoull(user.user_id)}) < 5'000;
      if (in_first == first) return user.access_token;
    }
  }

  // cpp-httplib waits for the body that a 304 never has.
  int ask(const std::string& target, const std::string& if_none_match) const {
    raw_client raw{server.port()};
    return raw
        .exchange("GET", target,
                  request_bytes("GET", target, "If-None-Match: " + if_none_match + "\r\n"))
        .status;
  }

  test_server server{two_apps};
  api_client client{server.port()};
  std::uint64_t version = 0;
};

} // namespace

TEST_F(ConfigTargeting, NeverShowsWhatIsOnlyForTheServer) {
  config_content hidden;
  hidden.json = "1";
  hidden.visibility = config_visibility::server;
  publish("hidden", hidden);
  EXPECT_EQ(values(), nlohmann::json::object());
  expect_failure(client.get("/api/config/hidden"), errc::config_key_not_found);
}

TEST_F(ConfigTargeting, GivesAMiniProgramWhatIsForIt) {
  publish("key", content_for({{"wx-second"}, config_everybody, R"("other")"}));
  publish("alone", content_for({{"wx-first"}, config_everybody, {}}));
  EXPECT_EQ(values(), nlohmann::json::parse(R"({"alone":"chosen","key":"other"})"));
  EXPECT_EQ(values("?appid=wx-first"), values());
  EXPECT_EQ(values("?appid=wx-second"), nlohmann::json::parse(R"({"key":"chosen"})"));
  EXPECT_EQ(client.get("/api/config/key?appid=wx-second").data(), "chosen");
  EXPECT_EQ(client.get("/api/config/key").data(), "other");
  expect_failure(client.get("/api/config/alone?appid=wx-second"), errc::config_key_not_found);
}

TEST_F(ConfigTargeting, RefusesAMiniProgramOfSomebodyElse) {
  for (const char* query : {"?appid=wx-third", "?appid=", "?appid=%zz", "?x=1&appid=WX-FIRST"}) {
    expect_failure(client.get(std::string{"/api/config"} + query), errc::invalid_field);
    expect_failure(client.get(std::string{"/api/config/key"} + query), errc::invalid_field);
  }
}

TEST_F(ConfigTargeting, GivesAPartOfTheUsersWhatIsForThemAndGuestsWhatIsForTheOthers) {
  publish("half", content_for({{}, 5'000, R"("other")"}));
  EXPECT_EQ(values(), nlohmann::json::parse(R"({"half":"other"})"));
  client.use_token(token_of_half("half", true));
  EXPECT_EQ(values(), nlohmann::json::parse(R"({"half":"chosen"})"));
  EXPECT_EQ(client.get("/api/config/half").data(), "chosen");
  client.use_token(token_of_half("half", false));
  EXPECT_EQ(values(), nlohmann::json::parse(R"({"half":"other"})"));
  EXPECT_EQ(client.get("/api/config/half").data(), "other");
}

TEST_F(ConfigTargeting, TakesWhoeverHasNoGoodTokenForAGuest) {
  publish("half", content_for({{}, 5'000, {}}));
  const std::string token = token_of_half("half", true);
  client.use_token("garbage");
  EXPECT_EQ(values(), nlohmann::json::object());
  client.use_token(token);
  EXPECT_EQ(values(), nlohmann::json::parse(R"({"half":"chosen"})"));
  ASSERT_EQ(client.post("/api/v1/logout", {{"scope", "this"}}).status, 200);
  EXPECT_EQ(values(), nlohmann::json::object());
  expect_failure(client.get("/api/config/half"), errc::config_key_not_found);
}

TEST_F(ConfigTargeting, TellsCachesWhatAnAnswerDependsOn) {
  publish("app", content_for({{"wx-second"}, config_everybody, "0"}));
  auto reply = client.get("/api/config");
  EXPECT_EQ(reply.header("Cache-Control"), "no-cache");
  EXPECT_FALSE(reply.has("Vary"));
  publish("half", content_for({{}, 5'000, {}}));
  for (const char* target : {"/api/config", "/api/config/half"}) {
    reply = client.get(target);
    EXPECT_EQ(reply.header("Cache-Control"), "private, no-cache") << target;
    EXPECT_EQ(reply.header("Vary"), "Authorization") << target;
  }
  EXPECT_EQ(client.get("/api/config/app").header("Cache-Control"), "no-cache");
}

TEST_F(ConfigTargeting, IsNotSentAgainToWhoHasTheSameVariantAndIsToWhoHasAnother) {
  publish("app", content_for({{"wx-second"}, config_everybody, "0"}));
  const auto first = client.get("/api/config");
  const auto second = client.get("/api/config?appid=wx-second");
  const std::string known = first.header("ETag").value();
  EXPECT_NE(known, second.header("ETag"));
  EXPECT_EQ(ask("/api/config", known), 304);
  EXPECT_EQ(ask("/api/config?appid=wx-second", known), 200);
  const std::string known_value = client.get("/api/config/app").header("ETag").value();
  EXPECT_EQ(ask("/api/config/app", known_value), 304);
  EXPECT_EQ(ask("/api/config/app?appid=wx-second", known_value), 200);
}

} // namespace maque::test
