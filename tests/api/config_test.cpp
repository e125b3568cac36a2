#include "api_fixture.hpp"
#include "support/raw_client.hpp"

#include <gtest/gtest.h>

#include <string>

namespace maque::test {

namespace {

/// 100 ms are promised; a machine that is busy with other tests takes its time.
constexpr std::chrono::seconds publication_limit = patience;

class Config : public testing::Test {
protected:
  /// Publishes, and waits until both lanes serve it: several connections, one after another.
  void publish(const std::string& key, std::optional<std::string> json) {
    server.publish(key, std::move(json));
    ++version;
    for (int count = 0; count < 10; ++count) {
      api_client other{server.port()};
      ASSERT_TRUE(
          eventually([&] { return other.get("/api/config").data().at("version") == version; },
                     publication_limit));
    }
  }

  // cpp-httplib waits for the body that a 304 never has.
  http_reply ask(const std::string& target, const std::string& if_none_match) const {
    raw_client raw{server.port()};
    return raw.exchange("GET", target,
                        request_bytes("GET", target, "If-None-Match: " + if_none_match + "\r\n"));
  }

  test_server server;
  api_client client{server.port()};
  std::uint64_t version = 0;
};

} // namespace

TEST_F(Config, IsEmptyBeforeAnythingIsPublished) {
  const auto reply = client.get("/api/config");
  expect_success(reply);
  EXPECT_EQ(reply.data(), nlohmann::json::parse(R"({"version":0,"values":{}})"));
  EXPECT_EQ(reply.header("ETag"), "W/\"v0\"");
}

TEST_F(Config, ShowsWhatIsPublishedSoonAndWithoutARestart) {
  publish("theme", R"({"colour":"blue","dark":false})");
  publish("banner", R"("你好")");
  EXPECT_EQ(
      client.get("/api/config").data(),
      nlohmann::json::parse(
          R"({"version":2,"values":{"banner":"你好","theme":{"colour":"blue","dark":false}}})"));
  EXPECT_EQ(client.get("/api/config/banner").data(), "你好");
}

TEST_F(Config, LosesAValueThatIsRemoved) {
  publish("theme", "1");
  publish("theme", std::nullopt);
  EXPECT_EQ(client.get("/api/config").data(),
            nlohmann::json::parse(R"({"version":2,"values":{}})"));
  expect_failure(client.get("/api/config/theme"), errc::config_key_not_found);
}

TEST_F(Config, HasValuesOfEveryJsonType) {
  const std::string values[] = {"null", "true", "-1.5e3", R"("text")", "[1,[2]]", R"({"a":{}})"};
  for (const std::string& json : values) {
    publish("value", json);
    EXPECT_EQ(client.get("/api/config/value").data(), nlohmann::json::parse(json));
  }
}

TEST_F(Config, IsNotSentAgainToAClientThatHasIt) {
  publish("theme", "1");
  for (const char* target : {"/api/config", "/api/config/theme"}) {
    const std::string etag = client.get(target).header("ETag").value();
    EXPECT_EQ(etag, "W/\"v1\"");
    const auto reply = ask(target, etag);
    EXPECT_EQ(reply.status, 304);
    EXPECT_EQ(reply.body, "");
    EXPECT_EQ(reply.header("ETag"), etag);
    EXPECT_FALSE(reply.has("Content-Length"));
  }
  publish("theme", "2");
  expect_success(ask("/api/config", "W/\"v1\""));
  EXPECT_EQ(ask("/api/config/theme", "W/\"v1\"").data(), 2);
}

TEST_F(Config, ComparesEntityTagsWeaklyAndInLists) {
  for (const char* known : {R"(W/"v0")", R"("v0")", R"("x", W/"v0")", R"(W/"v0", "x")",
                            R"("x","v0","y")", R"(  W/"v0"  )", "*"})
    EXPECT_EQ(ask("/api/config", known).status, 304) << known;
  for (const char* unknown :
       {R"(W/"v1")", R"("v")", R"("v00")", "v0", R"("x", "y")", R"(w/"v0")", "", "**", R"("*")"})
    EXPECT_EQ(ask("/api/config", unknown).status, 200) << unknown;
}

TEST_F(Config, DoesNotFindAKeyThatNobodyPublished) {
  publish("theme", "1");
  for (const char* target : {"/api/config/other", "/api/config/Theme", "/api/config/theme%20",
                             "/api/config/..", "/api/config/%00", "/api/config/theme%2F"})
    expect_failure(client.get(target), errc::config_key_not_found);
  for (const char* target : {"/api/config/", "/api/config/theme/x", "/api/config/%zz"})
    expect_failure(client.get(target), errc::route_not_found);
  expect_failure(ask("/api/config/other", "*"), errc::config_key_not_found);
}

TEST_F(Config, FindsAKeyHoweverItIsEncoded) {
  publish("首页/banner 1", "1");
  publish("a+b", "2");
  EXPECT_EQ(client.get("/api/config/%E9%A6%96%E9%A1%B5%2Fbanner%201").data(), 1);
  EXPECT_EQ(client.get("/api/config/%e9%a6%96%e9%a1%b5%2fb%61nner%201?x=y").data(), 1);
  EXPECT_EQ(client.get("/api/config/a+b").data(), 2);
  EXPECT_EQ(client.get("/api/config/a%2Bb").data(), 2);
}

TEST_F(Config, NeedsNoTokenAndIgnoresABadOne) {
  client.use_token("garbage");
  expect_success(client.get("/api/config"));
}

TEST_F(Config, SurvivesARestart) {
  publish("theme", "1");
  server.restart();
  EXPECT_EQ(api_client{server.port()}.get("/api/config/theme").data(), 1);
}

} // namespace maque::test
