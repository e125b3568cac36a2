#include "api_fixture.hpp"

#include <gtest/gtest.h>

#include <string>

namespace maque::test {

namespace {

constexpr const char* friendly = "https://admin.example.com";
constexpr const char* stranger = "https://evil.example";

test_server::adjustment cors(config::cors_mode mode) {
  return [mode](config::settings& settings) {
    settings.http.cors = mode;
    if (mode == config::cors_mode::list) settings.http.cors_origins = {friendly};
  };
}

http_reply ask(const test_server& server, const std::string& origin,
               const std::string& target = "/ping") {
  return api_client{server.port()}.get(target, {{"Origin", origin}});
}

http_reply preflight(const test_server& server, const std::string& origin) {
  return api_client{server.port()}.send("OPTIONS", "/api/user/info",
                                        {{"Origin", origin},
                                         {"Access-Control-Request-Method", "PATCH"},
                                         {"Access-Control-Request-Headers", "authorization"}});
}

void expect_no_permission(const http_reply& reply) {
  for (const auto& [name, value] : reply.headers)
    EXPECT_FALSE(name.starts_with("Access-Control-")) << name << ": " << value;
}

} // namespace

TEST(Cors, GivesNoPermissionWhenItIsOff) {
  const test_server server{cors(config::cors_mode::off)};
  expect_no_permission(ask(server, friendly));
  EXPECT_FALSE(ask(server, friendly).has("Vary"));
  const auto reply = preflight(server, friendly);
  EXPECT_EQ(reply.status, 204);
  expect_no_permission(reply);
}

TEST(Cors, GivesPermissionToTheOriginsOfTheList) {
  const test_server server{cors(config::cors_mode::list)};
  for (const char* target : {"/ping", "/api/config", "/nope", "/api/user/info"}) {
    const auto reply = ask(server, friendly, target);
    EXPECT_EQ(reply.header("Access-Control-Allow-Origin"), friendly) << target;
    EXPECT_EQ(reply.header("Access-Control-Expose-Headers"), "X-Trace-Id, ETag, Retry-After");
    EXPECT_EQ(reply.header("Vary"), "Origin");
    EXPECT_FALSE(reply.has("Access-Control-Allow-Credentials"));
  }
}

TEST(Cors, GivesNoPermissionToAnOriginThatIsNotOnTheList) {
  const test_server server{cors(config::cors_mode::list)};
  for (const char* origin : {stranger, "null", "", "https://admin.example.com.evil.example",
                             "http://admin.example.com", "https://admin.example.com:8443",
                             "HTTPS://ADMIN.EXAMPLE.COM", "https://admin.example.com/"}) {
    const auto reply = ask(server, origin);
    expect_no_permission(reply);
    EXPECT_EQ(reply.header("Vary"), "Origin") << "a cache has to know, all the same";
    expect_no_permission(preflight(server, origin));
  }
  EXPECT_EQ(api_client{server.port()}.get("/ping").header("Vary"), "Origin");
}

TEST(Cors, GivesPermissionToEverybodyForDevelopment) {
  const test_server server{cors(config::cors_mode::any)};
  EXPECT_EQ(ask(server, stranger).header("Access-Control-Allow-Origin"), "*");
  expect_no_permission(api_client{server.port()}.get("/ping"));
}

TEST(Cors, AnswersAPreflightWithWhatThePathTakes) {
  for (const auto mode : {config::cors_mode::list, config::cors_mode::any}) {
    const test_server server{cors(mode)};
    const auto reply = preflight(server, friendly);
    EXPECT_EQ(reply.status, 204);
    EXPECT_EQ(reply.header("Access-Control-Allow-Methods"), "GET, HEAD, POST, PATCH, OPTIONS");
    EXPECT_EQ(reply.header("Access-Control-Allow-Headers"),
              "Authorization, Content-Type, If-None-Match, traceparent");
    EXPECT_EQ(reply.header("Access-Control-Max-Age"), "600");
    EXPECT_EQ(reply.header("Access-Control-Allow-Origin"),
              mode == config::cors_mode::any ? "*" : friendly);
  }
}

TEST(Cors, DoesNotTakeAPlainOptionsForAPreflight) {
  const test_server server{cors(config::cors_mode::any)};
  const auto reply = api_client{server.port()}.send("OPTIONS", "/ping", {{"Origin", friendly}});
  EXPECT_EQ(reply.status, 204);
  EXPECT_FALSE(reply.has("Access-Control-Allow-Methods"));
}

} // namespace maque::test
