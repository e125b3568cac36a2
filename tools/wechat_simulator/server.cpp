#include "wechat_simulator/server.hpp"

#include "wechat_simulator/server_connection.hpp"

#include <boost/asio/ip/address.hpp>

#include <memory>
#include <utility>

namespace maque::wechat_simulator {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

namespace {

/// After the process ran out of descriptors: time for some to come back.
constexpr std::chrono::milliseconds accept_pause{100};

asio::ip::address address_of(const std::string& host) {
  return asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host);
}

} // namespace

server::server(asio::io_context& context, server_host host)
    : host_{std::make_shared<server_host>(std::move(host))}, acceptor_{context}, pause_{context} {
  host_->on_close = [this] {
    --open_;
    if (!accepting_) accept();
  };
}

server::~server() {
  host_->on_close = [] {};
}

std::uint16_t server::start() {
  const tcp::endpoint endpoint{address_of(host_->options.host), host_->options.port};
  acceptor_.open(endpoint.protocol());
  // Without SO_REUSEPORT: a second simulator must not take half of the first one's connections.
  acceptor_.set_option(tcp::acceptor::reuse_address{true});
  acceptor_.bind(endpoint);
  acceptor_.listen(asio::socket_base::max_listen_connections);
  accept();
  return acceptor_.local_endpoint().port();
}

void server::accept() {
  accepting_ = open_ < host_->options.connections;
  if (!accepting_) return;
  acceptor_.async_accept([this](const error_code& failure, server_socket socket) {
    if (failure == asio::error::operation_aborted) return;
    if (failure) return wait_for_descriptors();
    ++open_;
    std::make_shared<server_connection>(std::move(socket), host_)->start();
    accept();
  });
}

void server::wait_for_descriptors() {
  pause_.expires_after(accept_pause);
  pause_.async_wait([this](const error_code& failure) {
    if (!failure) accept();
  });
}

} // namespace maque::wechat_simulator
