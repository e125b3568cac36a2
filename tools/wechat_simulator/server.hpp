#pragma once

#include "wechat_simulator/answer.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace maque::wechat_simulator {

/// A request as it came; refers to the connection's memory.
struct incoming {
  std::string_view method;
  std::string_view target;
  std::string_view body;
  std::string_view client; ///< The peer's address.
};

struct server_options {
  std::string host = "127.0.0.1"; ///< An address, or "localhost".
  std::uint16_t port = 0;         ///< 0: any that is free.
  /// At most so many at once; the next one waits in the kernel until one ends.
  std::size_t connections = 4096;
  std::size_t header_bytes = 16UL * 1024;
  std::size_t body_bytes = 64UL * 1024;
  /// Until the next request begins, and until it is complete.
  std::chrono::milliseconds read_timeout{60'000};
  std::chrono::milliseconds write_timeout{10'000};
  /// Between two bytes of a body that drips.
  std::chrono::milliseconds drip_pause{100};
  /// How long delivery::hang lasts.
  std::chrono::milliseconds hang{600'000};
};

using server_executor = boost::asio::io_context::executor_type;
using server_socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, server_executor>;

/// Hands the answer to a request over. To be called once, in the server's thread; what is called
/// later than that, or for a connection that has ended meanwhile, is without effect.
using answer_receiver = std::function<void(answer)>;

/// What the connections share.
struct server_host {
  server_options options;
  /// Answers a request at once; `from` is valid during the call only.
  std::function<answer(const incoming& from)> serve{};
  /// Takes a request whose answer comes later; false leaves it to `serve`. May be empty.
  std::function<bool(const incoming& from, answer_receiver then)> serve_later{};
  std::function<void()> on_close{}; ///< The server's own.
};

/// The HTTP/1.1 server of the program: one thread, any number of connections that wait at once, as
/// it takes to be slow like the network to WeChat is for hundreds of clients together.
class server {
public:
  /// @param context runs the server; has to outlive it.
  server(boost::asio::io_context& context, server_host host);
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// Takes the address and begins to accept. Returns the port. Throws boost::system::system_error.
  std::uint16_t start();

private:
  void accept();
  void wait_for_descriptors();

  std::shared_ptr<server_host> host_; // outlives the server in the last connections
  boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, server_executor> acceptor_;
  boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                    boost::asio::wait_traits<std::chrono::steady_clock>,
                                    server_executor>
      pause_;
  std::size_t open_ = 0;
  bool accepting_ = false;
};

} // namespace maque::wechat_simulator
