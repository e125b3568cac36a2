#include "api_fixture.hpp"
#include "support/contract.hpp"
#include "support/raw_client.hpp"

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

namespace maque::test {

namespace {

class Routing : public testing::Test {
protected:
  test_server server;
  api_client client{server.port()};
};

constexpr const char* trace = "4bf92f3577b34da6a3ce929d0e0e4736";

} // namespace

TEST_F(Routing, DoesNotFindAPathThatThereIsNot) {
  for (const char* target :
       {"/", "/nope", "/api", "/api/", "/ping/", "//ping", "/Ping", "/ping%20", "/%70ing",
        "/api/user", "/api/v1/../user/info", "/ping;x=y", "/api/user/info/x", "/favicon.ico"})
    expect_failure(client.get(target), errc::route_not_found);
  expect_failure(client.send("POST", "/nope", {}), errc::route_not_found);
  expect_failure(client.send("DELETE", "/nope", {}), errc::route_not_found);
}

TEST_F(Routing, IgnoresAQueryThatNobodyAskedFor) {
  EXPECT_EQ(client.get("/ping?x=%zz&&=&").status, 200);
}

// ASVS 4.1.4: methods allowed per route.
TEST_F(Routing, SaysWhichMethodsAPathHas_ASVS_4_1_4) {
  struct refusal {
    const char* method;
    const char* target;
    const char* allow;
  };
  constexpr refusal refusals[] = {
      {"POST", "/ping", "GET, HEAD, OPTIONS"},
      {"DELETE", "/ping", "GET, HEAD, OPTIONS"},
      {"GET", "/api/login", "POST, OPTIONS"},
      {"HEAD", "/api/login", "POST, OPTIONS"},
      {"PUT", "/api/user/info", "GET, HEAD, POST, PATCH, OPTIONS"},
      {"POST", "/api/users", "GET, HEAD, OPTIONS"},
      {"PATCH", "/api/config/key", "GET, HEAD, OPTIONS"},
  };
  for (const auto& [method, target, allow] : refusals) {
    SCOPED_TRACE(std::string{method} + " " + target);
    const auto reply = client.send(method, target, {});
    EXPECT_EQ(reply.status, 405);
    EXPECT_EQ(reply.header("Allow"), allow);
    if (std::string{method} != "HEAD") expect_failure(reply, errc::method_not_allowed);
  }
}

// ASVS 13.4.4: no TRACE.
TEST_F(Routing, HasNoMethodThatEchoesOrTunnels_ASVS_13_4_4) {
  for (const char* method : {"TRACE", "TRACK", "get", "PROPFIND", "BREW"}) {
    raw_client raw{server.port()};
    expect_failure(raw.exchange(method, "/ping", request_bytes(method, "/ping", "X-Secret: s\r\n")),
                   errc::method_not_allowed);
  }
  for (const char* target : {"/ping", "localhost:80"}) {
    raw_client raw{server.port()};
    expect_failure(raw.exchange("CONNECT", "/ping", request_bytes("CONNECT", target)),
                   errc::malformed_request);
    EXPECT_TRUE(raw.is_closed_by_server());
  }
}

TEST_F(Routing, AnswersOptionsOnEveryPath) {
  for (const auto& [path, item] : current_contract().document().at("paths").items()) {
    SCOPED_TRACE(path);
    const auto reply = client.send("OPTIONS", path, {});
    EXPECT_EQ(reply.status, 204);
    EXPECT_EQ(reply.body, "");
    EXPECT_FALSE(reply.has("Content-Length"));
    std::string allowed = reply.header("Allow").value();
    for (const auto& [verb, operation] : item.items()) {
      std::string name = verb;
      for (char& c : name)
        c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      EXPECT_NE(allowed.find(name), std::string::npos) << name;
    }
  }
  expect_failure(client.send("OPTIONS", "/nope", {}), errc::route_not_found);
}

TEST_F(Routing, AnswersHeadAsGetWithoutTheBody) {
  const auto alice = log_in(server, "alice");
  client.use_token(alice.access_token);
  for (const char* target : {"/ping", "/healthz", "/readyz", "/api/version", "/api/config",
                             "/api/user/info", "/api/v1/users", "/api/config/none"}) {
    SCOPED_TRACE(target);
    const auto with_body = client.get(target);
    const auto without = client.send("HEAD", target, {});
    EXPECT_EQ(without.status, with_body.status);
    EXPECT_EQ(without.body, "");
    for (const char* name : {"Content-Type", "Content-Length", "ETag", "Cache-Control"})
      EXPECT_EQ(without.header(name), with_body.header(name)) << name;
  }
  EXPECT_EQ(client.send("HEAD", "/api/config", {{"If-None-Match", "*"}}).status, 304);
}

// Traces -----------------------------------------------------------------------------------------

TEST_F(Routing, ContinuesTheTraceOfTheRequest) {
  const header_list headers{{"traceparent", std::string{"00-"} + trace + "-00f067aa0ba902b7-01"}};
  for (const char* target : {"/api/version", "/nope", "/api/user/info"}) {
    const auto reply = client.get(target, headers);
    EXPECT_EQ(reply.header("X-Trace-Id"), trace);
    EXPECT_EQ(reply.trace(), trace);
  }
  EXPECT_TRUE(eventually([&] { return server.read_log().find(trace) != std::string::npos; }));
}

TEST_F(Routing, BeginsATraceOfItsOwnWhereThereIsNoGoodOne) {
  const std::string zero(32, '0');
  for (const std::string& parent : std::vector<std::string>{
           std::string{}, std::string{"garbage"}, "00-" + zero + "-00f067aa0ba902b7-01",
           std::string{"00-"} + trace + "-0000000000000000-01",
           std::string{"ff-"} + trace + "-00f067aa0ba902b7-01",
           std::string{"00-"} + trace + "-00f067aa0ba902b7"}) {
    const auto first = client.get("/ping", {{"traceparent", parent}}).header("X-Trace-Id");
    EXPECT_NE(first, trace) << parent;
    EXPECT_NE(first, zero) << parent;
    EXPECT_NE(client.get("/ping").header("X-Trace-Id"), first);
  }
}

// ASVS 13.4.6: no version in headers.
TEST_F(Routing, DoesNotTellWhatItIsInAHeader_ASVS_13_4_6) {
  for (const char* target : {"/ping", "/nope", "/api/version", "/api/user/info"}) {
    const auto reply = client.get(target);
    for (const char* name : {"Server", "X-Powered-By", "Via", "X-Version"})
      EXPECT_FALSE(reply.has(name)) << target << ' ' << name;
  }
}

// ASVS 16.4.1: no log injection.
TEST_F(Routing, WritesOneLineOfJsonForWhateverItWasAsked_ASVS_16_4_1) {
  const auto reply = client.get("/x%0a{\"level\":\"error\"}\"\\", {{"User-Agent", "\"}\\n"}});
  expect_failure(reply, errc::route_not_found);
  ASSERT_TRUE(
      eventually([&] { return server.read_log().find(reply.trace()) != std::string::npos; }));
  std::istringstream log{server.read_log()};
  for (std::string line; std::getline(log, line);)
    EXPECT_TRUE(nlohmann::json::accept(line)) << line;
}

} // namespace maque::test
