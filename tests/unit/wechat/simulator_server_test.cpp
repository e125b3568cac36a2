#include "support/patience.hpp"
#include "wechat_simulator/server.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace maque::wechat_simulator {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

/// Answers with what it is told to, to the body or the target.
class running_server {
public:
  explicit running_server(answer given, server_options options = {})
      : context_{1}, listening_{context_, host_with(std::move(given), std::move(options))},
        port_{listening_.start()}, thread_{[this] { context_.run(); }} {}
  ~running_server() { context_.stop(); }
  running_server(const running_server&) = delete;
  running_server& operator=(const running_server&) = delete;

  std::uint16_t port() const { return port_; }
  int served() const { return served_; }

private:
  server_host host_with(answer given, server_options options) {
    server_host host{std::move(options)};
    host.serve = [this, given = std::move(given)](const incoming& from) {
      ++served_;
      answer echoed = given;
      echoed.reply.body +=
          std::string{from.method} + " " + std::string{from.target} + " " + std::string{from.body};
      return echoed;
    };
    return host;
  }

  std::atomic<int> served_{0};
  boost::asio::io_context context_;
  server listening_;
  std::uint16_t port_;
  std::jthread thread_;
};

/// A client that reads and writes bytes.
class raw_client {
public:
  explicit raw_client(std::uint16_t port) {
    stream_.expires_after(test::patience);
    stream_.connect(
        boost::asio::ip::tcp::endpoint{boost::asio::ip::make_address("127.0.0.1"), port});
  }

  void send(const std::string& bytes) { stream_ << bytes << std::flush; }

  /// What comes until it ends with `end`, or until the connection does.
  std::string read_until(const std::string& end) {
    std::string came;
    for (int c = stream_.get(); c != EOF; c = stream_.get()) {
      came += static_cast<char>(c);
      if (!end.empty() && came.ends_with(end)) break;
    }
    return came;
  }

  std::string read_all() { return read_until({}); }

private:
  boost::asio::ip::tcp::iostream stream_;
};

answer given(std::string body, delivery how = delivery::whole,
             std::chrono::milliseconds latency = 0ms) {
  return {{200, "text/plain", std::move(body)}, latency, how};
}

const std::string get_request = "GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n";

TEST(SimulatorServer, KeepsAConnectionForTheNextRequest) {
  const running_server server{given("")};
  raw_client client{server.port()};
  for (int i = 0; i < 3; ++i) {
    client.send(get_request);
    EXPECT_EQ(client.read_until("GET /a?b=c "),
              "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 11\r\n"
              "Connection: keep-alive\r\n\r\nGET /a?b=c ");
  }
  client.send("POST /d HTTP/1.1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi");
  EXPECT_THAT(client.read_all(), EndsWith("Connection: close\r\n\r\nPOST /d hi"));
}

TEST(SimulatorServer, AnswersRequestsThatCameAtOnceInTheirOrder) {
  const running_server server{given("")};
  raw_client client{server.port()};
  client.send("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n");
  EXPECT_THAT(client.read_until("GET /1 "), StartsWith("HTTP/1.1 200 OK"));
  EXPECT_THAT(client.read_until("GET /2 "), StartsWith("HTTP/1.1 200 OK"));
}

TEST(SimulatorServer, HoldsManyAnswersBackAtTheSameTime) {
  constexpr int clients = 100;
  const running_server server{given("", delivery::whole, 100ms)};
  std::vector<std::unique_ptr<raw_client>> waiting;
  const auto began = clock::now();
  for (int i = 0; i < clients; ++i) {
    waiting.push_back(std::make_unique<raw_client>(server.port()));
    waiting.back()->send(get_request);
  }
  for (auto& client : waiting)
    EXPECT_THAT(client->read_until("GET /a?b=c "), StartsWith("HTTP/1.1 200 OK"));
  const auto took = clock::now() - began;
  EXPECT_GE(took, 100ms);
  EXPECT_LT(took, clients * 100ms) << "one after the other";
}

TEST(SimulatorServer, DripsABodyByteByByte) {
  server_options options;
  options.drip_pause = 10ms;
  const running_server server{given("", delivery::drip), options};
  raw_client client{server.port()};
  const auto began = clock::now();
  client.send(get_request);
  EXPECT_THAT(client.read_until("\r\n\r\n"), HasSubstr("Content-Length: 11\r\n"));
  EXPECT_EQ(client.read_all(), "GET /a?b=c ");
  EXPECT_GE(clock::now() - began, 110ms);
}

TEST(SimulatorServer, CutsABodyInTheMiddle) {
  const running_server server{given("", delivery::cut)};
  raw_client client{server.port()};
  client.send(get_request);
  EXPECT_THAT(client.read_all(), AllOf(HasSubstr("Content-Length: 11\r\n"), EndsWith("\r\nGET /")));
}

TEST(SimulatorServer, ClosesAConnectionWithoutAnAnswer) {
  const running_server server{given("", delivery::close)};
  raw_client client{server.port()};
  client.send(get_request);
  EXPECT_EQ(client.read_all(), "");
}

TEST(SimulatorServer, HangsForAsLongAsItIsToldTo) {
  server_options options;
  options.hang = 100ms;
  const running_server server{given("", delivery::hang), options};
  raw_client client{server.port()};
  const auto began = clock::now();
  client.send(get_request);
  EXPECT_EQ(client.read_all(), "");
  EXPECT_GE(clock::now() - began, 100ms);
}

TEST(SimulatorServer, GivesUpOnAClientThatSendsNothing) {
  server_options options;
  options.read_timeout = 50ms;
  const running_server server{given(""), options};
  raw_client client{server.port()};
  client.send("GET /a HTT");
  EXPECT_EQ(client.read_all(), "");
}

struct refused_request {
  std::string bytes;
  const char* status;
};

TEST(SimulatorServer, RefusesWhatIsNoRequestOrTooLarge) {
  const running_server server{given("")};
  const std::vector<refused_request> cases{
      {"nonsense\r\n\r\n", "HTTP/1.1 400 "},
      {"POST / HTTP/1.1\r\nContent-Length: 65537\r\n\r\n", "HTTP/1.1 413 "},
      {"GET / HTTP/1.1\r\nA: " + std::string(20'000, 'x') + "\r\n\r\n", "HTTP/1.1 431 "},
  };
  for (const auto& [bytes, status] : cases) {
    raw_client client{server.port()};
    client.send(bytes);
    EXPECT_THAT(client.read_all(), StartsWith(status)) << bytes.substr(0, 50);
  }
}

TEST(SimulatorServer, LetsAClientBeyondItsBoundWaitUntilAnotherLeaves) {
  server_options options;
  options.connections = 1;
  const running_server server{given(""), options};
  auto first = std::make_unique<raw_client>(server.port());
  first->send(get_request);
  first->read_until("GET /a?b=c ");
  raw_client second{server.port()};
  second.send(get_request);
  first->send(get_request);
  EXPECT_THAT(first->read_until("GET /a?b=c "), StartsWith("HTTP/1.1 200 OK"));
  EXPECT_EQ(server.served(), 2) << "both of the first client";
  first.reset();
  EXPECT_THAT(second.read_until("GET /a?b=c "), StartsWith("HTTP/1.1 200 OK"));
}

TEST(SimulatorServer, TakesAnAnswerThatComesLaterFromAnotherThread) {
  boost::asio::io_context context{1};
  std::jthread answering;
  server_host host;
  host.serve_later = [&](const incoming&, answer_receiver then) {
    answering = std::jthread{[&context, then = std::move(then)] {
      boost::asio::post(context, [then] { then(given("later")); });
    }};
    return true;
  };
  server listening{context, std::move(host)};
  const auto port = listening.start();
  const std::jthread serving{[&] { context.run(); }};
  raw_client client{port};
  client.send(get_request);
  EXPECT_THAT(client.read_until("later"), StartsWith("HTTP/1.1 200 OK"));
  context.stop();
}

TEST(SimulatorServer, SharesItsPortWithNobody) {
  const running_server server{given("")};
  server_options options;
  options.port = server.port();
  EXPECT_THROW(running_server(given(""), options), boost::system::system_error);
}

} // namespace
} // namespace maque::wechat_simulator
