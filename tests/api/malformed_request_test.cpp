#include "api_fixture.hpp"
#include "support/raw_client.hpp"
#include "wire_fixture.hpp"

#include <gtest/gtest.h>

#include <fmt/format.h>
#include <string>

namespace maque::test {

// ASVS 4.2.1: one reading of message boundaries.
TEST_F(Wire, RefusesWhatCouldBeReadInTwoWays_ASVS_4_2_1) {
  const std::string requests[] = {
      "POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: "
      "chunked\r\n\r\n0\r\n\r\n",
      "POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
      "POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Length: 2, 3\r\n\r\n{} ",
      "POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
      "POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Length: +2\r\n\r\n{}",
      "POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Length: 0x2\r\n\r\n{}",
      "POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
      "POST /api/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
      "POST /api/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      "POST /api/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
      "chunked\r\n\r\n2\r\n{}x\r\n0\r\n\r\n",
      "POST /api/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
      "chunked\r\n\r\nffffffffffffffffff\r\n",
      "GET /ping HTTP/1.1\r\nHost: x\r\nContent-Length : 0\r\n\r\n",
      "POST /api/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: "
      "2\r\n\r\n0\r\n\r\n",
      "POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
      "POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Length: 2, 2\r\n\r\n{}",
      "POST /api/login HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "POST /api/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: "
      "chunked\r\n\r\n0\r\n\r\n",
  };
  for (const std::string& request : requests) {
    SCOPED_TRACE(request);
    raw_client client{server.port()};
    const std::string_view target = request.starts_with("GET") ? "/ping" : "/api/login";
    const auto reply =
        client.exchange(request.starts_with("GET") ? "GET" : "POST", target, request);
    expect_failure(reply, errc::malformed_request);
    EXPECT_EQ(reply.header("Connection"), "close");
    EXPECT_TRUE(client.is_closed_by_server());
    expect_alive();
  }
}

// ASVS 4.2.1: what follows must not be read as a request of its own.
TEST_F(Wire, RefusesATransferCodingThatItDoesNotKnow_ASVS_4_2_1) {
  for (const char* coding :
       {"xchunked", "gzip", "identity", "chunked, gzip", "gzip, chunked", "chunked, chunked", ""}) {
    SCOPED_TRACE(coding);
    raw_client client{server.port()};
    const auto reply = client.exchange(
        "POST", "/api/login",
        fmt::format("POST /api/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: {}\r\n\r\n",
                    coding) +
            request_bytes("GET", "/ping"));
    expect_failure(reply, errc::malformed_request);
    EXPECT_TRUE(client.is_closed_by_server());
  }
}

// RFC 9110, section 6.5.1: a trailer is no header.
TEST_F(Wire, TakesNoHeaderFromBehindTheBody) {
  const std::string token = log_in(server, "trailer").access_token;
  raw_client client{server.port()};
  const std::string request =
      "GET /api/user/info HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
  expect_failure(client.exchange("GET", "/api/user/info",
                                 request + "Authorization: Bearer " + token + "\r\n\r\n"),
                 errc::unauthenticated);
  expect_failure(client.exchange("GET", "/ping",
                                 "GET /ping HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
                                 "Host: x\r\n\r\n"),
                 errc::malformed_request);
}

TEST_F(Wire, SkipsAnEmptyLineBeforeARequest) {
  raw_client client{server.port()};
  client.send("\r\n\r\n" + request_bytes("GET", "/ping") + "\r\n\r");
  EXPECT_EQ(client.read_reply()->status, 200);
  client.send("\n" + request_bytes("GET", "/ping"));
  EXPECT_EQ(client.read_reply()->status, 200);
}

TEST_F(Wire, RefusesWhatIsNoRequest) {
  using namespace std::string_literals;
  const std::string requests[] = {
      "hello\r\n\r\n",
      "GET\r\n\r\n",
      "GET /ping\r\n\r\n",
      "GET /ping HTTP/1.1 x\r\nHost: x\r\n\r\n",
      "GET /ping HTTP/2.0\r\nHost: x\r\n\r\n",
      "GET /ping HTTQ/1.1\r\nHost: x\r\n\r\n",
      "GET  /ping HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /pi ng HTTP/1.1\r\nHost: x\r\n\r\n",
      "G\x01T /ping HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET /ping\0 HTTP/1.1\r\nHost: x\r\n\r\n"s,
      "GET /ping HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n"s,
      "GET /ping HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
      "GET /ping HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n",
      "GET /ping HTTP/1.1\r\nHost: x\r\nna(me: y\r\n\r\n",
      "GET /ping HTTP/1.1\r\n\r\n",
      "GET /ping HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
      "GET /ping HTTP/1.1\r\nHost: a b/@\r\n\r\n",
      "GET http://localhost/ping HTTP/1.1\r\nHost: localhost\r\n\r\n",
      "GET ping HTTP/1.1\r\nHost: x\r\n\r\n",
      "GET * HTTP/1.1\r\nHost: x\r\n\r\n",
      "CONNECT localhost:80 HTTP/1.1\r\nHost: x\r\n\r\n",
      "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"s,
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  };
  for (const std::string& request : requests) {
    SCOPED_TRACE(request);
    raw_client client{server.port()};
    expect_failure(client.exchange("GET", "/ping", request), errc::malformed_request);
    EXPECT_TRUE(client.is_closed_by_server());
    expect_alive();
  }
}

// RFC 9112, section 5.2; RFC 9112, section 3.2.1.
TEST_F(Wire, RefusesWhatOthersReadDifferently) {
  for (const char* request : {"GET /ping HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n",
                              "GET /ping HTTP/1.1\r\nHost: x\r\nX:\r\n b\r\n\r\n",
                              "GET /ping#a HTTP/1.1\r\nHost: x\r\n\r\n"})
    for (const std::size_t size : {1U, 1000U}) {
      SCOPED_TRACE(request);
      raw_client client{server.port()};
      ASSERT_TRUE(client.send_in_pieces(request, size));
      EXPECT_EQ(client.read_reply()->status, 400);
      EXPECT_TRUE(client.is_closed_by_server());
    }
}

// However the header is cut, its limit is one for all of it.
TEST_F(Wire, RefusesALongHeaderThatComesLineByLine) {
  raw_client client{server.port()};
  client.send("GET /ping HTTP/1.1\r\nHost: x\r\n");
  const std::string line = "X: " + std::string(1000, 'x') + "\r\n";
  for (int lines = 0; lines < 9; ++lines)
    client.send(line);
  EXPECT_EQ(client.read_reply()->status, 431);
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(Wire, ReadsAChunkedBodyByteByByte) {
  raw_client client{server.port()};
  const std::string body = login_as("alice", "1").dump();
  ASSERT_TRUE(client.send_in_pieces(
      fmt::format("POST /api/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                  "Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{}\r\n0\r\n\r\n",
                  body.size(), body),
      1));
  EXPECT_EQ(client.read_reply()->status, 200);
  ASSERT_TRUE(client.send_in_pieces(
      "GET /ping HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 1));
  EXPECT_EQ(client.read_reply()->status, 200);
}

// RFC 9110, section 7.8: answered in the protocol that it came in, and nothing behind it is read.
TEST_F(Wire, ClosesAConnectionThatAsksForAnotherProtocol) {
  raw_client client{server.port()};
  client.send(request_bytes("GET", "/ping", "Connection: Upgrade\r\nUpgrade: websocket\r\n") +
              request_bytes("GET", "/ping"));
  const auto reply = client.read_reply();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->header("Connection"), "close");
  EXPECT_FALSE(reply->has("Upgrade"));
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(Wire, AnswersWhatCameBeforeABadRequestAndNothingBehindIt) {
  raw_client client{server.port()};
  const std::string good = request_bytes("GET", "/ping");
  client.send(good + "garbage\r\n\r\n" + good);
  EXPECT_EQ(client.read_reply()->status, 200);
  EXPECT_EQ(client.read_reply()->status, 400);
  EXPECT_TRUE(client.is_closed_by_server());
}

TEST_F(Wire, IgnoresTheBodyOfARequestThatNeedsNone) {
  raw_client client{server.port()};
  client.send(request_with_body("GET", "/ping", "GET /nope HTTP/1.1\r\nHost: x\r\n\r\n") +
              request_bytes("GET", "/ping"));
  EXPECT_EQ(client.read_reply()->status, 200);
  EXPECT_EQ(client.read_reply()->status, 200);
}

} // namespace maque::test
