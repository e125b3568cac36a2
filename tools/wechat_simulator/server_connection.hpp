#pragma once

#include "wechat_simulator/server.hpp"

#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <array>
#include <memory>
#include <optional>
#include <string>

namespace maque::wechat_simulator {

/// One client's connection: a request, its answer, the next request.
class server_connection final : public std::enable_shared_from_this<server_connection> {
public:
  /// The host's on_close is called when the connection has ended.
  server_connection(server_socket socket, std::shared_ptr<const server_host> host);
  ~server_connection();
  server_connection(const server_connection&) = delete;
  server_connection& operator=(const server_connection&) = delete;

  void start() { read(); }

private:
  using timer =
      boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                        boost::asio::wait_traits<std::chrono::steady_clock>,
                                        server_executor>;

  void read();
  void on_read(const boost::system::error_code& failure);
  void serve();
  /// Refuses what is no request that we take.
  void refuse(int status);

  void wait(answer given);
  void deliver(const answer& given);
  void write_whole(const wechat::reply& reply);
  void write_part(const wechat::reply& reply, std::size_t size);
  void write_header_then_drip(const wechat::reply& reply);
  void drip_next();
  void hang();

  void write_head(const wechat::reply& reply);
  void end() noexcept;

  std::shared_ptr<const server_host> host_;
  boost::beast::basic_stream<boost::asio::ip::tcp, server_executor> stream_;
  timer timer_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  std::string client_;
  std::string output_;
  std::size_t dripped_ = 0;
  std::array<char, 256> scratch_{};
  bool keep_alive_ = true;
};

} // namespace maque::wechat_simulator
