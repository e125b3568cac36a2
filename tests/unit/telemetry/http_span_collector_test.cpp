#include "domain/limits.hpp"
#include "otlp_fixture.hpp"
#include "support/certificate.hpp"
#include "support/patience.hpp"
#include "telemetry/span_collector.hpp"
#include "unit/wechat/raw_server.hpp"

#include <gtest/gtest.h>
#include <httplib.h>

#include <cctype>
#include <functional>
#include <future>
#include <string>
#include <thread>

namespace maque {
namespace {

using namespace std::chrono_literals;
using wechat::test::raw_connection;
using wechat::test::raw_server;

std::string reply(const std::string& status, const std::string& fields = {},
                  const std::string& body = {}) {
  return "HTTP/1.1 " + status + "\r\n" + fields + "Content-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

/// Reads a request with the body "spans" and answers with these bytes.
raw_server::session answering(std::string bytes) {
  return [bytes = std::move(bytes)](raw_connection& peer) {
    peer.read_header();
    peer.read_bytes(5);
    peer.send(bytes);
  };
}

collector_answer send(const std::string& endpoint, std::chrono::milliseconds timeout,
                      const std::vector<secret>& headers = {}) {
  return make_http_span_collector(endpoint, headers)
      ->send("spans", std::chrono::steady_clock::now() + timeout);
}

TEST(HttpSpanCollector, PostsProtobufWithItsHeaders) {
  std::promise<std::string> head;
  std::promise<std::string> body;
  raw_server server{{[&](raw_connection& peer) {
    peer.read_header();
    head.set_value(peer.header());
    body.set_value(peer.read_bytes(5));
    peer.send(reply("200 OK", "Content-Type: application/x-protobuf\r\n"));
  }}};
  const auto answer = send(server.url() + "/own/path", test::patience,
                           {secret{"Authorization: Bearer abc"}, secret{"x-tenant:7"}});
  EXPECT_EQ(answer.failure, std::nullopt) << answer.cause;
  EXPECT_EQ(answer.rejected_spans, 0U);
  const std::string header = head.get_future().get();
  EXPECT_TRUE(header.starts_with("POST /own/path HTTP/1.1\r\n")) << header;
  for (const char* line :
       {"\r\nContent-Type: application/x-protobuf\r\n", "\r\nContent-Length: 5\r\n",
        "\r\nAuthorization: Bearer abc\r\n", "\r\nx-tenant: 7\r\n"})
    EXPECT_NE(header.find(line), std::string::npos) << line << header;
  EXPECT_EQ(body.get_future().get(), "spans");
}

TEST(HttpSpanCollector, TakesThePathOfTheSpecificationIfNoneIsGiven) {
  std::promise<std::string> head;
  raw_server server{{[&](raw_connection& peer) {
    peer.read_header();
    head.set_value(peer.header());
  }}};
  send(server.url(), test::patience);
  const std::string header = head.get_future().get();
  EXPECT_TRUE(header.starts_with("POST /v1/traces HTTP/1.1\r\n")) << header;
}

TEST(HttpSpanCollector, ReadsHowManySpansWereNotTaken) {
  raw_server server{{answering(reply("200 OK", {}, "\x0a\x06\x08\x03\x12\x02no"))}};
  const auto answer = send(server.url(), test::patience);
  EXPECT_EQ(answer.failure, std::nullopt) << answer.cause;
  EXPECT_EQ(answer.rejected_spans, 3U);
}

struct bad_answer {
  const char* what;
  std::string bytes;
  export_failure failure;
  bool may_repeat = false;
  std::chrono::milliseconds pause{0};
};

std::vector<bad_answer> bad_answers() {
  using enum export_failure;
  const std::string too_long(limits::collector_reply_bytes + 1, '\x18');
  return {
      {"bad request", reply("400 Bad Request", {}, "no"), refused},
      {"not found", reply("404 Not Found"), refused},
      {"no content to be had", reply("500 Internal Server Error"), refused},
      {"too many", reply("429 Too Many Requests", "Retry-After: 7\r\n"), refused, true, 7s},
      {"bad gateway", reply("502 Bad Gateway"), refused, true},
      {"busy, and for how long", reply("503 Service Unavailable", "Retry-After: 999999\r\n"),
       refused, true, limits::collector_pause},
      {"busy till a date",
       reply("503 Service Unavailable", "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\n"), refused,
       true},
      {"busy for less than no time", reply("504 Gateway Timeout", "Retry-After: -5\r\n"), refused,
       true},
      {"a redirect", reply("307 Temporary Redirect", "Location: /elsewhere\r\n"), refused},
      {"a page", reply("200 OK", "Content-Type: text/html\r\n", "<html></html>"), nonsense},
      {"a body that is too long", reply("200 OK", {}, too_long), nonsense},
      {"a refusal that is too long", reply("400 Bad Request", {}, too_long), refused},
      {"half a body", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", nonsense},
      {"garbage", "\x16\x03\x01 what?\r\n\r\n", no_connection},
      {"nothing", "", no_connection},
  };
}

TEST(HttpSpanCollector, TellsWhatIsWrongWithAnAnswer) {
  for (const auto& [what, bytes, failure, may_repeat, pause] : bad_answers()) {
    raw_server server{{answering(bytes)}};
    const auto answer = send(server.url(), test::patience);
    ASSERT_TRUE(answer.failure) << what;
    EXPECT_EQ(*answer.failure, failure) << what << ": " << answer.cause;
    EXPECT_EQ(answer.may_repeat, may_repeat) << what;
    EXPECT_EQ(answer.pause, pause) << what;
    EXPECT_FALSE(answer.cause.empty()) << what;
    EXPECT_EQ(server.accepted(), 1) << what;
  }
}

TEST(HttpSpanCollector, EndsACallInTimeHoweverSlowTheCollectorIs) {
  const std::vector<raw_server::session> slow = {
      [](raw_connection& peer) { peer.drip('H'); },
      [](raw_connection& peer) {
        peer.read_header();
        peer.send("HTTP/1.1 200 OK\r\n\r\n");
        peer.drip('\x18');
      },
      [](raw_connection& peer) {
        peer.read_header();
        peer.read_bytes(100); // Waits for what doesn't come.
      },
  };
  for (const auto& session : slow) {
    raw_server server{{session}};
    const auto answer = send(server.url(), 100ms);
    EXPECT_EQ(answer.failure, export_failure::late) << answer.cause;
    EXPECT_FALSE(answer.may_repeat);
  }
}

TEST(HttpSpanCollector, MayTryAgainWhereNobodyListens) {
  const wechat::test::refusing_port nobody;
  const auto answer = send(nobody.url(), test::patience);
  EXPECT_EQ(answer.failure, export_failure::no_connection);
  EXPECT_TRUE(answer.may_repeat);
}

TEST(HttpSpanCollector, MakesNoCallWithoutTime) {
  const wechat::test::refusing_port nobody;
  EXPECT_EQ(send(nobody.url(), 0ms).failure, export_failure::late);
}

TEST(HttpSpanCollector, TrustsNoCertificateThatTheMachineDoesNot) {
  const test::temporary_folder folder;
  const auto certificate = folder.path() / "certificate.pem";
  const auto key = folder.path() / "key.pem";
  test::write_certificate(certificate, key, "IP:127.0.0.1");
  httplib::SSLServer server{certificate.c_str(), key.c_str()};
  bool called = false;
  server.Post(".*", [&](const httplib::Request&, httplib::Response&) { called = true; });
  const int port = server.bind_to_any_port("127.0.0.1");
  std::thread serving{[&] { server.listen_after_bind(); }};
  test::await([&] { return server.is_running(); }, "the server doesn't run");
  const auto answer = send("https://127.0.0.1:" + std::to_string(port), test::patience);
  server.stop();
  serving.join();
  EXPECT_EQ(answer.failure, export_failure::no_connection);
  EXPECT_FALSE(called);
}

TEST(HttpSpanCollector, SpeaksTlsOnlyWithWhoDoes) {
  raw_server server{{[](raw_connection& peer) {
    peer.read_header();
    peer.send(reply("200 OK"));
  }}};
  // It never sees the end of a header in a handshake: the deadline ends that.
  const auto answer = send(server.url("https"), 200ms);
  EXPECT_TRUE(answer.failure == export_failure::no_connection ||
              answer.failure == export_failure::late);
}

} // namespace
} // namespace maque
