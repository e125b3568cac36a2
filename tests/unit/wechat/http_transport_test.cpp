#include "domain/limits.hpp"
#include "transport_calls.hpp"

#include <gtest/gtest.h>

#include <future>
#include <string>

namespace maque::wechat {
namespace {

using namespace std::chrono_literals;
using test::answering;
using test::get;
using test::in;
using test::ok;
using test::raw_connection;
using test::raw_server;

/// Far away: a call that comes back because of it has failed its test.
using maque::test::patience;
constexpr auto short_time = 100ms;

/// Answers one request, reads the next and closes.
void break_at_the_second_request(raw_connection& peer) {
  peer.read_header();
  peer.send(ok("first"));
  peer.read_header();
}

void expect_unavailable(const result<reply>& answer) {
  ASSERT_FALSE(answer) << answer->body;
  EXPECT_EQ(answer.error().code, errc::wechat_unavailable);
  EXPECT_NE(answer.error().cause, "");
}

TEST(HttpTransport, GivesStatusContentTypeAndBody) {
  raw_server server{{[](raw_connection& peer) {
    peer.read_header();
    peer.send(
        "HTTP/1.1 418 Teapot\r\nContent-Type: text/odd; charset=x\r\nContent-Length: 3\r\n\r\n"
        "tea");
  }}};
  const auto via = make_http_transport(server.url(), patience);
  const auto answer = get(*via);
  ASSERT_TRUE(answer) << answer.error().cause;
  EXPECT_EQ(answer->status, 418);
  EXPECT_EQ(answer->content_type, "text/odd; charset=x");
  EXPECT_EQ(answer->body, "tea");
}

TEST(HttpTransport, ReadsAReplyInChunks) {
  raw_server server{{[](raw_connection& peer) {
    while (peer.read_header())
      peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n");
  }}};
  const auto via = make_http_transport(server.url(), patience);
  for (int i = 0; i < 2; ++i) {
    const auto answer = get(*via);
    ASSERT_TRUE(answer) << answer.error().cause;
    EXPECT_EQ(answer->body, "abcde");
  }
  EXPECT_EQ(server.accepted(), 1);
}

TEST(HttpTransport, OpensANewConnectionAfterAReplyThatEndsIts) {
  for (const std::string reply :
       {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\na",
        "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na", "HTTP/1.1 200 OK\r\n\r\na"}) {
    raw_server server{{[&](raw_connection& peer) {
                         peer.read_header();
                         peer.send(reply);
                       },
                       answering("b")}};
    const auto via = make_http_transport(server.url(), patience);
    ASSERT_TRUE(get(*via));
    const auto second = via->post("/", "{}", in(patience));
    ASSERT_TRUE(second) << second.error().cause;
    EXPECT_EQ(second->body, "b");
  }
}

TEST(HttpTransport, TellsThatAHostIsNotKnown) {
  const auto via = make_http_transport("http://no.such.host.invalid", patience);
  const auto answer = get(*via);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, errc::wechat_unavailable);
}

TEST(HttpTransport, KeepsItsConnection) {
  raw_server server{{answering("a")}};
  const auto via = make_http_transport(server.url(), patience);
  for (int i = 0; i < 10; ++i)
    ASSERT_TRUE(get(*via));
  EXPECT_TRUE(via->post("/", "", in(patience)));
  EXPECT_EQ(server.accepted(), 1);
}

TEST(HttpTransport, DoesNotFollowRedirects) {
  raw_server server{{[](raw_connection& peer) {
    peer.read_header();
    peer.send("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
    EXPECT_FALSE(peer.read_header());
  }}};
  auto via = make_http_transport(server.url(), patience);
  const auto answer = get(*via);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 302);
  via.reset();
}

TEST(HttpTransport, TakesOnlyTheSchemeHostAndPortOfAServer) {
  for (const char* url : {"", "api.weixin.qq.com", "ftp://host", "https://", "http:///path",
                          "https://host/path", "https://host?x", "https://user@host", "HTTP//host"})
    EXPECT_THROW(make_http_transport(url, 1s), std::invalid_argument) << url;
  for (const char* url : {"https://api.weixin.qq.com", "http://127.0.0.1:1", "http://[::1]:1"})
    EXPECT_NO_THROW(make_http_transport(url, 1s)) << url;
}

TEST(HttpTransport, SendsNothingForATargetThatIsNotEncoded) {
  raw_server server{{answering("a")}};
  const auto via = make_http_transport(server.url(), patience);
  for (const char* target : {"", "no-slash", "/a b", "/a\r\nX: y", "/\xe9", "/\x7f"}) {
    const auto answer = get(*via, target);
    ASSERT_FALSE(answer) << target;
    EXPECT_EQ(answer.error().code, errc::internal);
  }
  EXPECT_EQ(server.accepted(), 0);
}

// Deadlines -----------------------------------------------------------------------------------

struct slow_peer {
  const char* name;
  const char* scheme;
  raw_server::session session;
};

class SlowPeers : public testing::TestWithParam<slow_peer> {};

TEST_P(SlowPeers, DoNotHoldACallBeyondItsDeadline) {
  raw_server server{{GetParam().session}};
  const auto via = make_http_transport(server.url(GetParam().scheme), patience);
  const auto begin = std::chrono::steady_clock::now();
  expect_unavailable(via->get("/", begin + short_time));
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_GE(took, short_time);
  EXPECT_LT(took, patience / 4);
}

TEST_P(SlowPeers, DoNotHoldACallBeyondTheTimeout) {
  raw_server server{{GetParam().session}};
  const auto via = make_http_transport(server.url(GetParam().scheme), short_time);
  const auto begin = std::chrono::steady_clock::now();
  expect_unavailable(via->post("/", "{}", begin + patience));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, patience / 4);
}

INSTANTIATE_TEST_SUITE_P(
    All, SlowPeers,
    testing::Values(slow_peer{"that_say_nothing", "http",
                              [](raw_connection& peer) {
                                while (peer.read_header()) {
                                }
                              }},
                    slow_peer{"that_drip_a_header_line", "http",
                              [](raw_connection& peer) {
                                peer.send("HTTP/1.1 200 OK\r\nX: ");
                                peer.drip('x');
                              }},
                    slow_peer{"that_drip_a_body_with_a_length", "http",
                              [](raw_connection& peer) {
                                peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
                                peer.drip('x');
                              }},
                    // Such a body ends where its connection ends: cut at the deadline, it must not
                    // pass for whole.
                    slow_peer{"that_drip_a_body_without_a_length", "http",
                              [](raw_connection& peer) {
                                peer.send("HTTP/1.1 200 OK\r\n\r\n");
                                peer.drip('x');
                              }},
                    slow_peer{"that_drip_their_tls_handshake", "https",
                              [](raw_connection& peer) {
                                peer.send("\x16\x03\x03\x3f\xff\x02");
                                peer.drip('x');
                              }}),
    [](const auto& tested) { return tested.param.name; });

TEST(HttpTransport, DoesNotConnectWhenTheDeadlineIsOver) {
  raw_server server{{answering("a")}};
  const auto via = make_http_transport(server.url(), patience);
  expect_unavailable(via->get("/", in(-1ms)));
  EXPECT_EQ(server.accepted(), 0);
}

TEST(HttpTransport, WorksAgainAfterACallThatWasCut) {
  raw_server server{{[](raw_connection& peer) { peer.drip('x'); }, answering("good")}};
  const auto via = make_http_transport(server.url(), patience);
  expect_unavailable(via->get("/", in(short_time)));
  const auto answer = get(*via);
  ASSERT_TRUE(answer) << answer.error().cause;
  EXPECT_EQ(answer->body, "good");
}

TEST(HttpTransport, LeavesAnIdleConnectionAloneWhenAnEarlierDeadlinePasses) {
  raw_server server{{answering("a")}};
  const auto via = make_http_transport(server.url(), patience);
  const auto deadline = in(short_time);
  ASSERT_TRUE(via->get("/", deadline));
  ASSERT_TRUE(maque::test::eventually(
      [&] { return std::chrono::steady_clock::now() > deadline + short_time; }));
  ASSERT_TRUE(get(*via));
  EXPECT_EQ(server.accepted(), 1);
}

// Sizes ---------------------------------------------------------------------------------------

TEST(HttpTransport, TakesAReplyOfExactlyTheLimit) {
  raw_server server{{answering(std::string(limits::wechat_reply_bytes, 'x'))}};
  const auto via = make_http_transport(server.url(), patience);
  const auto answer = get(*via);
  ASSERT_TRUE(answer) << answer.error().cause;
  EXPECT_EQ(answer->body.size(), limits::wechat_reply_bytes);
}

TEST(HttpTransport, RefusesABiggerReplyAndWorksAgainAfterwards) {
  const std::string big(limits::wechat_reply_bytes + 1, 'x');
  for (const std::string& head :
       {std::string{"HTTP/1.1 200 OK\r\n\r\n"},
        "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(big.size()) + "\r\n\r\n"}) {
    raw_server server{{[&](raw_connection& peer) {
                         peer.read_header();
                         peer.send(head + big);
                       },
                       answering("good")}};
    const auto via = make_http_transport(server.url(), patience);
    expect_unavailable(get(*via));
    const auto next = get(*via);
    ASSERT_TRUE(next) << next.error().cause;
    EXPECT_EQ(next->body, "good");
  }
}

// Broken connections ----------------------------------------------------------------------------

TEST(HttpTransport, TellsThatAConnectionIsRefused) {
  const test::refusing_port port;
  const auto via = make_http_transport(port.url(), patience);
  expect_unavailable(get(*via));
}

TEST(HttpTransport, TellsThatAReplyWasCutOff) {
  raw_server server{{[](raw_connection& peer) {
    peer.read_header();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
  }}};
  const auto via = make_http_transport(server.url(), patience);
  expect_unavailable(get(*via));
}

TEST(HttpTransport, DoesNotRepeatARequestOnANewConnection) {
  raw_server server{{[](raw_connection& peer) { peer.read_header(); }, answering("second")}};
  const auto via = make_http_transport(server.url(), patience);
  expect_unavailable(get(*via));
  EXPECT_EQ(server.accepted(), 1);
}

TEST(HttpTransport, RepeatsAGetOnceIfItsKeptConnectionBreaksUnanswered) {
  raw_server server{{break_at_the_second_request, answering("second")}};
  const auto via = make_http_transport(server.url(), patience);
  ASSERT_TRUE(get(*via));
  const auto answer = get(*via);
  ASSERT_TRUE(answer) << answer.error().cause;
  EXPECT_EQ(answer->body, "second");
  EXPECT_EQ(server.accepted(), 2);
}

TEST(HttpTransport, RepeatsAGetNotMoreThanOnce) {
  raw_server server{{break_at_the_second_request, [](raw_connection& peer) { peer.read_header(); },
                     answering("third")}};
  const auto via = make_http_transport(server.url(), patience);
  ASSERT_TRUE(get(*via));
  expect_unavailable(get(*via));
  EXPECT_EQ(server.accepted(), 2);
}

TEST(HttpTransport, NeverRepeatsAPost) {
  raw_server server{{break_at_the_second_request, answering("second")}};
  const auto via = make_http_transport(server.url(), patience);
  ASSERT_TRUE(get(*via));
  expect_unavailable(via->post("/", "", in(patience)));
  EXPECT_EQ(server.accepted(), 1);
}

TEST(HttpTransport, DoesNotRepeatARequestWhoseAnswerHadBegun) {
  raw_server server{{[](raw_connection& peer) {
                       peer.read_header();
                       peer.send(ok("first"));
                       peer.read_header();
                       peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
                     },
                     answering("second")}};
  const auto via = make_http_transport(server.url(), patience);
  ASSERT_TRUE(get(*via));
  expect_unavailable(get(*via));
  EXPECT_EQ(server.accepted(), 1);
}

TEST(HttpTransport, DoesNotTakeTheSurplusOfOneReplyForTheNextAnswer) {
  std::promise<void> first_is_read;
  std::promise<void> surplus_is_sent;
  raw_server server{{[&](raw_connection& peer) {
                       peer.read_header();
                       peer.send(ok("first"));
                       first_is_read.get_future().wait();
                       peer.send(ok("somebody else's"));
                       surplus_is_sent.set_value();
                       peer.read_header();
                     },
                     answering("second")}};
  const auto via = make_http_transport(server.url(), patience);
  ASSERT_TRUE(get(*via));
  first_is_read.set_value();
  surplus_is_sent.get_future().wait();
  const auto answer = get(*via);
  ASSERT_TRUE(answer) << answer.error().cause;
  EXPECT_EQ(answer->body, "second");
}

} // namespace
} // namespace maque::wechat
