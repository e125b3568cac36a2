#include "api_fixture.hpp"
#include "domain/limits.hpp"
#include "support/contract.hpp"
#include "support/raw_client.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace maque::test {

namespace {

using std::chrono::milliseconds;
using clock = std::chrono::steady_clock;

/// Longer than any limit of these tests and the time to notice it, shorter than the defaults.
constexpr std::chrono::seconds soon{5};

constexpr milliseconds server_patience{200};

void make_impatient(config::settings& settings) {
  settings.http.header_timeout = server_patience;
  settings.http.body_timeout = server_patience;
  settings.http.idle_timeout = server_patience;
}

} // namespace

TEST(Limits, EndARequestWhoseHeaderDoesNotCome) {
  const test_server server{make_impatient};
  raw_client client{server.port()};
  const auto begin = clock::now();
  const auto reply = client.exchange("GET", "/ping", "GET /ping HTTP/1.1\r\nHost: x\r\n");
  expect_failure(reply, errc::request_timeout);
  EXPECT_TRUE(client.is_closed_by_server());
  EXPECT_GE(clock::now() - begin, server_patience);
  EXPECT_LT(clock::now() - begin, soon);
}

TEST(Limits, EndARequestWhoseBodyDoesNotCome) {
  const test_server server{make_impatient};
  raw_client client{server.port()};
  const auto begin = clock::now();
  const auto reply = client.exchange(
      "POST", "/api/login", request_bytes("POST", "/api/login", "Content-Length: 10\r\n") + "{");
  expect_failure(reply, errc::request_timeout);
  EXPECT_TRUE(client.is_closed_by_server());
  EXPECT_LT(clock::now() - begin, soon);
}

TEST(Limits, AreNotRenewedByAHeaderThatDrips) {
  const test_server server{make_impatient};
  raw_client client{server.port()};
  client.send("GET /ping HTTP/1.1\r\n");
  const auto begin = clock::now();
  // One byte every few milliseconds, until the server has enough of it.
  EXPECT_TRUE(eventually([&client] { return !client.send("X") || client.has_input(); }, soon));
  EXPECT_LT(clock::now() - begin, soon);
  const auto reply = client.read_reply();
  ASSERT_TRUE(reply);
  expect_documented("GET", "/ping", *reply);
  expect_failure(*reply, errc::request_timeout);
}

TEST(Limits, CloseAConnectionWithoutARequest) {
  const test_server server{make_impatient};
  raw_client never_used{server.port()};
  raw_client used{server.port()};
  EXPECT_EQ(used.exchange("GET", "/ping", request_bytes("GET", "/ping")).status, 200);
  const auto begin = clock::now();
  EXPECT_TRUE(never_used.is_closed_by_server());
  EXPECT_TRUE(used.is_closed_by_server());
  EXPECT_LT(clock::now() - begin, soon);
}

TEST(Limits, RefuseAHeaderThatIsTooLarge) {
  const test_server server;
  const std::string large =
      "X: " + std::string(server.settings().http.max_header_bytes, 'x') + "\r\n";
  std::string many;
  for (std::size_t count = 0; count < limits::header_fields; ++count)
    many += "X: y\r\n";
  for (const std::string& headers : {large, many}) {
    raw_client client{server.port()};
    expect_failure(client.exchange("GET", "/ping", request_bytes("GET", "/ping", headers)),
                   errc::headers_too_large);
    EXPECT_TRUE(client.is_closed_by_server());
  }
  EXPECT_EQ(api_client{server.port()}.get("/ping").status, 200);
}

TEST(Limits, RefuseATargetThatIsTooLong) {
  const test_server server;
  const std::string longest = "/ping?" + std::string(limits::target_bytes - 6, 'x');
  raw_client client{server.port()};
  EXPECT_EQ(client.exchange("GET", longest, request_bytes("GET", longest)).status, 200);
  expect_failure(client.exchange("GET", longest, request_bytes("GET", longest + "x")),
                 errc::target_too_long);
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST(Limits, TurnAConnectionAwayThatIsOneTooMany) {
  const test_server server{[](config::settings& settings) {
    settings.server.lanes = 3;
    settings.http.max_connections = 2;
  }};
  std::vector<std::unique_ptr<raw_client>> admitted;
  for (int count = 0; count < 2; ++count) {
    admitted.push_back(std::make_unique<raw_client>(server.port()));
    ASSERT_EQ(admitted.back()->exchange("GET", "/ping", request_bytes("GET", "/ping")).status, 200);
  }
  raw_client turned_away{server.port()};
  const auto reply = turned_away.exchange("GET", "/ping", "");
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.header("Retry-After"), "1");
  EXPECT_TRUE(turned_away.is_closed_by_server());

  EXPECT_EQ(admitted[0]->exchange("GET", "/ping", request_bytes("GET", "/ping")).status, 200);
  admitted.pop_back();
  EXPECT_TRUE(eventually([&server] {
    raw_client next{server.port()};
    next.send(request_bytes("GET", "/ping"));
    const auto answer = next.read_reply();
    return answer && answer->status == 200;
  }));
}

} // namespace maque::test
