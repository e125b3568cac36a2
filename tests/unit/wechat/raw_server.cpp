#include "raw_server.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace maque::wechat::test {
namespace {

int bind_loopback() {
  const int bound = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bound < 0 || bind(bound, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error{"no free port on loopback"};
  return bound;
}

int port_of(int bound) {
  sockaddr_in address{};
  socklen_t length = sizeof address;
  getsockname(bound, reinterpret_cast<sockaddr*>(&address), &length);
  return ntohs(address.sin_port);
}

bool readable_within(int socket, std::chrono::milliseconds wait) {
  pollfd waiting{socket, POLLIN, 0};
  return poll(&waiting, 1, static_cast<int>(wait.count())) != 0;
}

} // namespace

bool raw_connection::read_header() {
  header_.clear();
  while (!header_.ends_with("\r\n\r\n")) {
    const auto byte = read_bytes(1);
    if (byte.empty()) return false;
    header_ += byte;
  }
  return true;
}

std::string raw_connection::read_bytes(std::size_t count) {
  std::string received(count, '\0');
  std::size_t size = 0;
  while (size < count) {
    const auto more = recv(socket_, received.data() + size, count - size, 0);
    if (more <= 0) break;
    size += static_cast<std::size_t>(more);
  }
  received.resize(size);
  return received;
}

bool raw_connection::send(std::string_view bytes) {
  return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(bytes.size());
}

void raw_connection::drip(char byte) {
  char ignored = 0;
  while (send({&byte, 1})) {
    const bool closed = readable_within(socket_, std::chrono::milliseconds{2}) &&
                        recv(socket_, &ignored, 1, 0) <= 0;
    if (closed) return;
  }
}

raw_server::raw_server(std::vector<session> sessions)
    : listener_{bind_loopback()}, port_{port_of(listener_)} {
  listen(listener_, 16);
  thread_ = std::thread{[this, sessions = std::move(sessions)] { run(sessions); }};
}

raw_server::~raw_server() {
  shutdown(listener_, SHUT_RDWR);
  thread_.join();
  close(listener_);
}

void raw_server::run(const std::vector<session>& sessions) {
  for (const auto& serve : sessions) {
    const int accepted = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (accepted < 0) return;
    ++accepted_;
    raw_connection connection{accepted};
    serve(connection);
    close(accepted);
  }
}

std::string raw_server::url(std::string_view scheme) const {
  return std::string{scheme} + "://127.0.0.1:" + std::to_string(port_);
}

refusing_port::refusing_port() : socket_{bind_loopback()}, port_{port_of(socket_)} {}

refusing_port::~refusing_port() {
  close(socket_);
}

std::string refusing_port::url() const {
  return "http://127.0.0.1:" + std::to_string(port_);
}

} // namespace maque::wechat::test
