#include "transport_calls.hpp"

#include <gtest/gtest.h>

#include <future>
#include <string>
#include <vector>

namespace maque::wechat {
namespace {

using maque::test::patience;
using test::get;
using test::in;
using test::ok;
using test::raw_connection;
using test::raw_server;

TEST(HttpRequests, SendThePostedJsonWholeHoweverBigItIs) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{2}, std::size_t{3'000'000}}) {
    const std::string posted(size, 'x');
    std::promise<std::string> head;
    std::promise<std::string> body;
    raw_server server{{[&](raw_connection& peer) {
      peer.read_header();
      head.set_value(peer.header());
      body.set_value(peer.read_bytes(size));
      peer.send(ok("thanks"));
    }}};
    const auto via = make_http_transport(server.url(), patience);
    const auto answer = via->post("/wxa/x?access_token=t", posted, in(patience));
    ASSERT_TRUE(answer) << answer.error().cause;
    EXPECT_EQ(answer->body, "thanks");
    const std::string sent = head.get_future().get();
    EXPECT_TRUE(sent.starts_with("POST /wxa/x?access_token=t HTTP/1.1\r\n")) << sent;
    for (const std::string& line :
         {std::string{"Content-Type: application/json"}, "Content-Length: " + std::to_string(size)})
      EXPECT_NE(sent.find("\r\n" + line + "\r\n"), std::string::npos) << sent;
    EXPECT_EQ(body.get_future().get(), posted);
  }
}

TEST(HttpRequests, CarryNothingOfTheOneBefore) {
  std::promise<std::vector<std::string>> seen;
  raw_server server{{[&](raw_connection& peer) {
    std::vector<std::string> sent;
    for (const std::size_t size : {5, 0, 2, 0}) {
      peer.read_header();
      sent.push_back(peer.header() + peer.read_bytes(size));
      peer.send(ok("a"));
    }
    seen.set_value(sent);
  }}};
  const auto via = make_http_transport(server.url(), patience);
  ASSERT_TRUE(via->post("/first", "[1,2]", in(patience)));
  ASSERT_TRUE(get(*via, "/second"));
  ASSERT_TRUE(via->post("/third", "{}", in(patience)));
  ASSERT_TRUE(get(*via, "/fourth"));
  const auto sent = seen.get_future().get();
  EXPECT_TRUE(sent[0].starts_with("POST /first ") && sent[0].ends_with("\r\n\r\n[1,2]")) << sent[0];
  EXPECT_NE(sent[0].find("\r\nContent-Length: 5\r\n"), std::string::npos) << sent[0];
  EXPECT_TRUE(sent[2].starts_with("POST /third ") && sent[2].ends_with("\r\n\r\n{}")) << sent[2];
  EXPECT_NE(sent[2].find("\r\nContent-Length: 2\r\n"), std::string::npos) << sent[2];
  for (const std::size_t each : {1, 3}) {
    EXPECT_EQ(sent[each].find("Content-"), std::string::npos) << sent[each];
    EXPECT_NE(sent[each].find("\r\nAccept-Encoding: identity\r\n"), std::string::npos);
  }
  EXPECT_TRUE(sent[1].starts_with("GET /second ")) << sent[1];
  EXPECT_TRUE(sent[3].starts_with("GET /fourth ")) << sent[3];
}

TEST(HttpRequests, CarryTheTraceThatTheyBelongToAndNoOther) {
  std::promise<std::vector<std::string>> seen;
  raw_server server{{[&](raw_connection& peer) {
    std::vector<std::string> sent;
    for (const std::size_t size : {0, 2, 0}) {
      peer.read_header();
      sent.push_back(peer.header());
      peer.read_bytes(size);
      peer.send(ok("a"));
    }
    seen.set_value(sent);
  }}};
  const std::string header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  const auto via = make_http_transport(server.url(), patience);
  via->continue_trace(header);
  ASSERT_TRUE(get(*via, "/first"));
  ASSERT_TRUE(via->post("/second", "{}", in(patience)));
  via->continue_trace({});
  ASSERT_TRUE(get(*via, "/third"));
  const auto sent = seen.get_future().get();
  for (const std::size_t each : {0, 1})
    EXPECT_NE(sent[each].find("\r\ntraceparent: " + header + "\r\n"), std::string::npos);
  EXPECT_EQ(sent[2].find("traceparent"), std::string::npos) << sent[2];
}

} // namespace
} // namespace maque::wechat
