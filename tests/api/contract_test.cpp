#include "domain/errors.hpp"
#include "http/routes.hpp"
#include "support/contract.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace maque::test {

namespace {

using nlohmann::json;

std::set<std::string> routed_operations() {
  std::set<std::string> names;
  for (const http::route& route : http::all_routes()) {
    names.insert(std::string{http::to_string(route.verb)} + " " + std::string{route.pattern});
    names.insert("OPTIONS " + std::string{route.pattern});
  }
  return names;
}

/// Calls `look` with each object of the document, and what is around it.
void for_each_object(const json& part, const std::function<void(const json&)>& look) {
  if (!part.is_structured()) return;
  if (part.is_object()) look(part);
  for (const auto& child : part)
    for_each_object(child, look);
}

/// A reply to GET /ping as it should be.
http_reply good_ping() {
  return {200,
          {{"Content-Type", "application/json; charset=utf-8"},
           {"X-Content-Type-Options", "nosniff"},
           {"X-Trace-Id", "4bf92f3577b34da6a3ce929d0e0e4736"}},
          R"({"message":"pong"})"};
}

std::string departure_of(const http_reply& reply, std::string_view target = "/ping") {
  contract judge{MAQUE_OPENAPI_FILE};
  return judge.find_departure("GET", target, reply);
}

} // namespace

TEST(Contract, HasEachRouteAndNoOther) {
  EXPECT_EQ(current_contract().operations(), routed_operations());
}

TEST(Contract, AsksForATokenExactlyWhereTheRouteDoes) {
  for (const http::route& route : http::all_routes()) {
    std::string verb{http::to_string(route.verb)};
    std::ranges::transform(verb, verb.begin(), [](unsigned char c) { return std::tolower(c); });
    const json& operation =
        current_contract().document().at("paths").at(std::string{route.pattern}).at(verb);
    // One of the alternatives that is empty: a token makes a difference, but is no condition.
    const json& security = operation.value("security", json::array({json::object()}));
    const bool has_to = std::ranges::find(security, json::object()) == security.end();
    EXPECT_EQ(has_to, route.who != http::access::anyone) << verb << ' ' << route.pattern;
    EXPECT_EQ(operation.at("responses").contains("401"),
              route.who != http::access::anyone ||
                  operation.at("operationId") == "log_in_with_username" ||
                  operation.at("operationId") == "refresh_tokens");
  }
}

TEST(Contract, NamesOnlyErrorsOfTheRightStatus) {
  for_each_object(current_contract().document(), [](const json& object) {
    for (const auto& [status, response] : object.items()) {
      if (!response.is_object() || !response.contains("x-errors")) continue;
      if (status.find_first_not_of("0123456789") != std::string::npos) continue;
      for (const json& name : response.at("x-errors")) {
        const auto row =
            std::ranges::find(all_errors(), name.get<std::string>(), &error_info::name);
        ASSERT_NE(row, all_errors().end()) << name;
        EXPECT_EQ(std::to_string(row->http_status), status) << name;
      }
    }
  });
}

TEST(Contract, ClosesEachObjectOfAReply) {
  for_each_object(
      current_contract().document().at("components").at("schemas"), [](const json& object) {
        if (object.value("type", json{}) != "object") return;
        EXPECT_TRUE(object.contains("additionalProperties") || object.contains("maxProperties"))
            << object;
      });
}

TEST(Contract, TakesAReplyThatIsDocumented) {
  EXPECT_EQ(departure_of(good_ping()), "");
}

TEST(Contract, NoticesWhateverIsNotDocumented) {
  struct departure {
    const char* what;
    void (*commit)(http_reply&);
  };
  constexpr departure departures[] = {
      {"an unknown status", [](http_reply& reply) { reply.status = 201; }},
      {"a missing header", [](http_reply& reply) { reply.headers.pop_back(); }},
      {"a wrong header", [](http_reply& reply) { reply.headers.back().second = "x"; }},
      {"an unknown header", [](http_reply& reply) { reply.headers.emplace_back("Server", "m"); }},
      {"another content type", [](http_reply& reply) { reply.headers[0].second = "text/plain"; }},
      {"no nosniff", [](http_reply& reply) { reply.headers[1].second = ""; }},
      {"no JSON", [](http_reply& reply) { reply.body = "pong"; }},
      {"a missing member", [](http_reply& reply) { reply.body = "{}"; }},
      {"a wrong value", [](http_reply& reply) { reply.body = R"({"message":"ping"})"; }},
      {"another member", [](http_reply& reply) { reply.body = R"({"message":"pong","x":1})"; }},
  };
  for (const auto& [what, commit] : departures) {
    http_reply reply = good_ping();
    commit(reply);
    EXPECT_NE(departure_of(reply), "") << what;
  }
}

TEST(Contract, NoticesAnErrorThatTheOperationDoesNotHave) {
  http_reply reply = good_ping();
  reply.status = 404;
  reply.body = R"({"code":40400,"message":"no such route","data":null,)"
               R"("trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"})";
  EXPECT_EQ(departure_of(reply, "/nowhere"), "");
  EXPECT_EQ(departure_of(reply, "/api/config/key"), "");
  EXPECT_NE(departure_of(reply, "/ping"), "");
  reply.body.replace(reply.body.find("40400"), 5, "40401");
  EXPECT_NE(departure_of(reply, "/nowhere"), "");
  EXPECT_NE(departure_of(reply, "/api/config/key"), "");
}

} // namespace maque::test
