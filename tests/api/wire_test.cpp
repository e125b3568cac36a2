#include "api_fixture.hpp"
#include "support/contract.hpp"
#include "support/patience.hpp"
#include "support/raw_client.hpp"
#include "wire_fixture.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <string>
#include <thread>
#include <vector>

namespace maque::test {

namespace {

std::string numbered_trace(int number) {
  return fmt::format("{:032x}", number + 1);
}

/// Requests of several kinds in one row; the n-th has the trace with its number.
struct pipeline {
  std::vector<std::string> methods;
  std::vector<std::string> targets;
  std::string bytes;
};

pipeline make_pipeline(int count) {
  const std::vector<std::pair<std::string, std::string>> kinds{
      {"GET", "/ping"},         {"POST", "/api/login"}, {"GET", "/api/config"},
      {"HEAD", "/api/version"}, {"GET", "/nope"},       {"OPTIONS", "/ping"}};
  pipeline made;
  for (int number = 0; number < count; ++number) {
    const auto& [method, target] = kinds[static_cast<std::size_t>(number) % kinds.size()];
    const std::string trace =
        fmt::format("traceparent: 00-{}-00f067aa0ba902b7-01\r\n", numbered_trace(number));
    made.methods.push_back(method);
    made.targets.push_back(target);
    made.bytes += method == "POST"
                      ? request_with_body(method, target,
                                          login_as("alice", std::to_string(number)).dump(), trace)
                      : request_bytes(method, target, trace);
  }
  return made;
}

void expect_answers_in_order(raw_client& client, const pipeline& sent) {
  for (std::size_t at = 0; at < sent.methods.size(); ++at) {
    const auto reply = client.read_reply(sent.methods[at]);
    ASSERT_TRUE(reply) << "no answer to request " << at;
    expect_documented(sent.methods[at], sent.targets[at], *reply);
    EXPECT_EQ(reply->header("X-Trace-Id"), numbered_trace(static_cast<int>(at)));
  }
}

} // namespace

// Connections ------------------------------------------------------------------------------------

TEST_F(Wire, KeepsAConnectionOpenForTheNextRequest) {
  raw_client client{server.port()};
  for (int count = 0; count < 3; ++count) {
    const auto reply = client.exchange("GET", "/ping", request_bytes("GET", "/ping"));
    EXPECT_EQ(reply.status, 200);
    EXPECT_FALSE(reply.has("Connection"));
  }
}

TEST_F(Wire, ClosesAConnectionWhenItIsAskedTo) {
  struct farewell {
    std::string request;
    const char* connection;
  };
  const farewell farewells[] = {
      {request_bytes("GET", "/ping", "Connection: close\r\n"), "close"},
      {request_bytes("GET", "/ping", "Connection: Close, x\r\n"), "close"},
      {"GET /ping HTTP/1.0\r\n\r\n", "close"},
      {"GET /ping HTTP/1.0\r\nHost: localhost\r\n\r\n", "close"},
  };
  for (const auto& [request, connection] : farewells) {
    SCOPED_TRACE(request);
    raw_client client{server.port()};
    const auto reply = client.exchange("GET", "/ping", request);
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.header("Connection"), connection);
    EXPECT_TRUE(client.is_closed_by_server());
  }
}

TEST_F(Wire, KeepsAConnectionOfAnOldClientThatAsksForIt) {
  raw_client client{server.port()};
  for (int count = 0; count < 2; ++count)
    EXPECT_EQ(
        client.exchange("GET", "/ping", "GET /ping HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            .header("Connection"),
        "keep-alive");
}

// After a quarter of a second without a request it has no buffers.
TEST_F(Wire, ServesAConnectionThatHasDozed) {
  constexpr std::chrono::milliseconds until_it_dozes{800};
  raw_client client{server.port()};
  const auto says_something = [&] { return client.has_input(); };
  ASSERT_FALSE(eventually(says_something, until_it_dozes));
  for (const std::size_t padding : {10U, 3000U}) {
    const std::string more = "X-Padding: " + std::string(padding, 'x') + "\r\n";
    EXPECT_EQ(client.exchange("GET", "/ping", request_bytes("GET", "/ping", more)).status, 200);
    ASSERT_FALSE(eventually(says_something, until_it_dozes));
  }
  const auto sent = make_pipeline(50);
  ASSERT_TRUE(client.send(sent.bytes));
  expect_answers_in_order(client, sent);
}

TEST_F(Wire, AnswersAPipelineInOrder) {
  raw_client client{server.port()};
  const auto sent = make_pipeline(50);
  ASSERT_TRUE(client.send(sent.bytes));
  expect_answers_in_order(client, sent);
}

TEST_F(Wire, AnswersAPipelineInOrderWhereverItIsCut) {
  const auto sent = make_pipeline(50);
  for (const std::size_t size : {1U, 7U, 61U, 1000U}) {
    SCOPED_TRACE(size);
    raw_client client{server.port()};
    ASSERT_TRUE(client.send_in_pieces(sent.bytes, size));
    for (std::size_t at = 0; at < sent.methods.size(); ++at) {
      const auto reply = client.read_reply(sent.methods[at]);
      ASSERT_TRUE(reply) << "no answer to request " << at;
      EXPECT_EQ(reply->header("X-Trace-Id"), numbered_trace(static_cast<int>(at)));
    }
  }
}

TEST_F(Wire, AnswersAClientThatHasClosedItsHalf) {
  const std::pair<std::string, std::string> requests[] = {
      {"/ping", request_bytes("GET", "/ping")},
      {"/api/login", request_with_body("POST", "/api/login", login_as("alice", "1").dump())}};
  for (const auto& [target, bytes] : requests) {
    raw_client client{server.port()};
    client.send(bytes);
    client.close_sending();
    const auto reply = client.read_reply();
    ASSERT_TRUE(reply) << target;
    EXPECT_EQ(reply->status, 200);
    EXPECT_TRUE(client.is_closed_by_server());
  }
}

TEST_F(Wire, ClosesWithoutAWordWhenTheClientLeavesInTheMiddleOfARequest) {
  for (const char* beginning :
       {"", "GET", "GET /ping HTTP/1.1\r\nHost: x\r\n",
        "POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"}) {
    raw_client client{server.port()};
    client.send(beginning);
    client.close_sending();
    EXPECT_TRUE(client.is_closed_by_server()) << beginning;
  }
  expect_alive();
}

TEST_F(Wire, ServesAClientThatReadsLate) {
  raw_client client{server.port()};
  std::string bytes;
  constexpr int count = 5'000;
  for (int number = 0; number < count; ++number)
    bytes += request_bytes("GET", "/api/version");
  // More answers than the sockets hold: the server has to stop reading until they are taken.
  std::thread sender{[&] { client.send(bytes); }};
  int answers = 0;
  while (answers < count && client.read_reply())
    ++answers;
  sender.join();
  EXPECT_EQ(answers, count);
}

// Expectations -----------------------------------------------------------------------------------

TEST_F(Wire, TellsAClientThatWaitsToGoOn) {
  raw_client client{server.port()};
  const std::string body = login_as("alice", "1").dump();
  const std::string request =
      request_with_body("POST", "/api/login", body, "Expect: 100-continue\r\n");
  client.send(request.substr(0, request.size() - body.size()));
  const auto interim = client.read_reply();
  ASSERT_TRUE(interim);
  EXPECT_EQ(interim->status, 100);
  expect_success(client.exchange("POST", "/api/login", body));
}

TEST_F(Wire, TellsAClientThatWaitsNotToSendTooMuch) {
  raw_client client{server.port()};
  expect_failure(
      client.exchange("POST", "/api/login",
                      request_bytes("POST", "/api/login",
                                    "Expect: 100-continue\r\nContent-Length: 9999999\r\n")),
      errc::body_too_large);
}

TEST_F(Wire, RefusesABodyOverTheCapWhereNoneIsTaken) {
  for (const char* target : {"/ping", "/no/such/path"}) {
    raw_client client{server.port()};
    expect_failure(
        client.exchange("GET", target, request_bytes("GET", target, "Content-Length: 9999999\r\n")),
        errc::body_too_large);
    EXPECT_TRUE(client.is_closed_by_server());
  }
}

TEST_F(Wire, RefusesAnExpectationThatItDoesNotKnow) {
  raw_client client{server.port()};
  expect_failure(client.exchange("POST", "/api/login",
                                 request_bytes("POST", "/api/login",
                                               "Expect: 200-ok\r\nContent-Length: 1\r\n")),
                 errc::expectation_failed);
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(Wire, RefusesAnExpectationThatItDoesNotKnowHoweverItComes) {
  for (const char* head : {"Expect: 200-ok\r\nContent-Length: 2\r\n", "Expect: 200-ok\r\n"}) {
    raw_client client{server.port()};
    expect_failure(
        client.exchange("POST", "/api/login", request_bytes("POST", "/api/login", head) + "{}"),
        errc::expectation_failed);
  }
}

} // namespace maque::test
