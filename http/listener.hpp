#pragma once

#include "actors/lane.hpp"
#include "domain/errors.hpp"
#include "http/connection.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace maque::http {

using tcp_acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, lane::executor_type>;

struct listener_options {
  std::string host; ///< An address, not a name.
  std::uint16_t port = 0;
  places* room = nullptr; ///< Shared by all lanes; has to outlive the listener.
  connection_options connections;
  lane_meter* meter = nullptr; ///< Is told of the connections; has to outlive the listener.
};

/// The address of a host, for the system's resolver if it isn't one already: "localhost" is
/// "127.0.0.1". Fails with internal.
result<std::string> resolve_host(const std::string& host);

/// Fails with internal if somebody listens on the address, even with SO_REUSEPORT, with which a
/// second server could otherwise join in and take half of the connections.
result<void> check_address_is_free(const std::string& host, std::uint16_t port);

/// Accepts the connections of one lane and keeps them. Every lane listens on the same address; the
/// kernel spreads the clients over them (SO_REUSEPORT).
class listener {
public:
  using serve_function = std::function<void(const exchange_ptr&)>;
  using refuse_function = std::function<void(const exchange_ptr&, error)>;

  listener(lane& home, listener_options options, serve_function serve, refuse_function refuse);
  ~listener();
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;

  /// Takes the address, without accepting yet. Returns the port, which the system chose if the
  /// options said 0. Before the lane runs. Fails with internal; the cause says why.
  result<std::uint16_t> open();

  /// In the lane's thread, as all that follows.
  void start();

  /// Accepts no more. Connections end after the request that they are serving; those without one
  /// have `last_chance` for one that is under way already. Calls `on_empty` once when none is left.
  void drain(steady_time last_chance, std::function<void()> on_empty);

  void close_all() noexcept;

private:
  void accept();
  void on_accept(const boost::system::error_code& failure, tcp_socket socket);
  void admit(tcp_socket socket);
  void sweep(steady_time now);
  void tell_if_empty();

  lane& home_;
  listener_options options_;
  connection_host host_;
  tcp_acceptor acceptor_;
  std::function<void()> on_empty_;
  steady_time accept_again_at_ = steady_time::max();
};

} // namespace maque::http
