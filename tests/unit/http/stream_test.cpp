#include "domain/limits.hpp"
#include "domain/places.hpp"
#include "http/listener.hpp"
#include "support/patience.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

namespace maque::http {
namespace {

namespace asio = boost::asio;
using test::eventually;

/// A listener that answers whatever is asked with a stream, of which it sends as much as it can.
class Stream : public testing::Test {
protected:
  Stream() {
    home.on_tick([this](steady_time) {
      if (!listening) return;
      for (int count = 0; flooding && count < 8; ++count)
        if (!send(std::string(64 * 1024, 'x'))) return;
    });
    port = serving.open().value();
    asio::post(home.io(), [this] { serving.start(); });
    thread = std::thread{[this] { home.run(); }};
    client.connect({asio::ip::make_address("127.0.0.1"), port});
    asio::write(client, asio::buffer(std::string{"GET / HTTP/1.1\r\nHost: x\r\n\r\n"}));
  }
  ~Stream() override {
    asio::post(home.io(), [this] {
      listening.reset();
      serving.close_all();
      home.stop();
    });
    thread.join();
  }

  bool send(const std::string& part) {
    if (listening->continue_stream(part)) return true;
    listening.reset();
    ended = true;
    return false;
  }

  void serve(const exchange_ptr& asked) {
    asked->outgoing.content_type = "text/event-stream";
    asked->begin_stream();
    asked->continue_stream("one\n");
    asked->continue_stream("two\n");
    listening = asked;
  }

  std::string read_up_to(const std::string& end) {
    asio::streambuf read;
    asio::read_until(client, read, end);
    return {asio::buffers_begin(read.data()), asio::buffers_end(read.data())};
  }

  caf::actor_system_config config;
  caf::actor_system system{config};
  places room{4};
  lane home{system, 0};
  listener serving{
      home,
      {"127.0.0.1", 0, &room, {}},
      [this](const exchange_ptr& asked) { serve(asked); },
      [](const exchange_ptr& refused, error cause) { refused->fail(std::move(cause)); }};
  exchange_ptr listening; ///< The lane's.
  std::atomic<bool> flooding{false};
  std::atomic<bool> ended{false};
  std::uint16_t port = 0;
  std::thread thread;
  asio::io_context io;
  asio::ip::tcp::socket client{io};
};

TEST_F(Stream, ComesInPartsWithoutALength) {
  const std::string read = read_up_to("two\n");
  EXPECT_TRUE(read.starts_with("HTTP/1.1 200 OK\r\n")) << read;
  EXPECT_NE(read.find("Content-Type: text/event-stream\r\n"), std::string::npos);
  EXPECT_NE(read.find("Connection: close\r\n"), std::string::npos);
  EXPECT_EQ(read.find("Content-Length"), std::string::npos);
  EXPECT_TRUE(read.ends_with("\r\n\r\none\ntwo\n")) << read;
}

TEST_F(Stream, EndsForAReaderThatIsTooSlow) {
  flooding = true;
  EXPECT_TRUE(eventually([this] { return ended.load(); }));
}

TEST_F(Stream, EndsWhenItsClientIsGone) {
  read_up_to("two\n");
  client.close();
  asio::post(home.io(), [] {});
  EXPECT_TRUE(eventually([this] {
    std::atomic<bool> looked{false};
    asio::post(home.io(), [this, &looked] {
      if (listening && !listening->is_streaming()) ended = true;
      looked = true;
    });
    return eventually([&looked] { return looked.load(); }) && ended;
  }));
}

} // namespace
} // namespace maque::http
