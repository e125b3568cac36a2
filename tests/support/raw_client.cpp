#include "support/raw_client.hpp"

#include "support/contract.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <charconv>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace maque::test {

namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view header_end = "\r\n\r\n";

std::size_t to_number(std::string_view text) {
  std::size_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// Reads the status line and the fields of a header without its empty line.
http_reply parse_header(std::string_view header) {
  http_reply reply;
  reply.status = static_cast<int>(to_number(header.substr(header.find(' ') + 1, 3)));
  for (auto at = header.find(line_end); at != std::string_view::npos;) {
    const auto begin = at + line_end.size();
    at = header.find(line_end, begin);
    const std::string_view line = header.substr(begin, at - begin);
    const auto colon = line.find(':');
    reply.headers.emplace_back(line.substr(0, colon), line.substr(line.find(' ') + 1));
  }
  return reply;
}

bool has_body(std::string_view method, int status) {
  return method != "HEAD" && status >= 200 && status != 204 && status != 304;
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

} // namespace

raw_client::raw_client(std::uint16_t port)
    : socket_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  const sockaddr_in address = loopback(port);
  const int at_once = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
  if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close(socket_);
    throw std::system_error{errno, std::generic_category(), "connect"};
  }
}

raw_client::~raw_client() {
  close(socket_);
}

bool raw_client::wait_for(short events, std::chrono::milliseconds limit) const {
  pollfd waiting{socket_, events, 0};
  return poll(&waiting, 1, static_cast<int>(limit.count())) > 0;
}

bool raw_client::has_input() const {
  return !received_.empty() || wait_for(POLLIN, std::chrono::milliseconds{0});
}

bool raw_client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    if (!wait_for(POLLOUT)) return false;
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EAGAIN) continue;
    if (sent < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool raw_client::send_in_pieces(std::string_view bytes, std::size_t size) {
  for (; !bytes.empty(); bytes.remove_prefix(std::min(size, bytes.size())))
    if (!send(bytes.substr(0, size))) return false;
  return true;
}

void raw_client::close_sending() {
  shutdown(socket_, SHUT_WR);
}

bool raw_client::receive_more() {
  std::array<char, 16 * 1024> buffer;
  if (!wait_for(POLLIN)) return false;
  const auto size = recv(socket_, buffer.data(), buffer.size(), 0);
  if (size <= 0) return false;
  received_.append(buffer.data(), static_cast<std::size_t>(size));
  return true;
}

std::optional<http_reply> raw_client::read_reply(std::string_view method) {
  std::size_t end = 0;
  while ((end = received_.find(header_end)) == std::string::npos)
    if (!receive_more()) return std::nullopt;
  http_reply reply = parse_header(std::string_view{received_}.substr(0, end));
  received_.erase(0, end + header_end.size());
  if (!has_body(method, reply.status)) return reply;
  const std::size_t length = to_number(reply.header("Content-Length").value_or("0"));
  while (received_.size() < length)
    if (!receive_more()) return std::nullopt;
  reply.body = received_.substr(0, length);
  received_.erase(0, length);
  return reply;
}

bool raw_client::is_closed_by_server() {
  if (!received_.empty() || !wait_for(POLLIN)) return false;
  char byte = 0;
  return recv(socket_, &byte, 1, 0) <= 0;
}

http_reply raw_client::exchange(std::string_view method, std::string_view target,
                                std::string_view bytes) {
  // What is refused early may be answered, and the connection closed, before all of it is sent.
  send(bytes);
  auto reply = read_reply(method);
  if (!reply) {
    ADD_FAILURE() << method << ' ' << target.substr(0, 200) << ": no reply";
    return {};
  }
  expect_documented(method, target, *reply);
  return std::move(*reply);
}

silent_listener::silent_listener() : socket_{socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (bind(socket_, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      listen(socket_, 16) != 0 ||
      getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    close(socket_);
    throw std::system_error{errno, std::generic_category(), "listen"};
  }
  port_ = ntohs(address.sin_port);
}

bool silent_listener::has_client() const noexcept {
  pollfd waiting{socket_, POLLIN, 0};
  return poll(&waiting, 1, 0) > 0;
}

silent_listener::~silent_listener() {
  close(socket_);
}

std::string request_bytes(std::string_view method, std::string_view target,
                          std::string_view more_headers) {
  std::string bytes{method};
  bytes.append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n");
  return bytes.append(more_headers).append(line_end);
}

std::string request_with_body(std::string_view method, std::string_view target,
                              std::string_view body, std::string_view more_headers) {
  std::string headers{"Content-Type: application/json\r\nContent-Length: "};
  headers.append(std::to_string(body.size())).append(line_end).append(more_headers);
  return request_bytes(method, target, headers).append(body);
}

} // namespace maque::test
