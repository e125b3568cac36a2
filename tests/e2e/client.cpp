#include "client.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cctype>
#include <cerrno>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/time.h>
#include <system_error>
#include <unistd.h>

namespace maque::test {

namespace {

std::string lower_case(std::string_view text) {
  std::string lower{text};
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

/// A status line and header fields, up to and without the empty line.
response parse_header(std::string_view header) {
  response parsed;
  constexpr std::string_view version = "HTTP/1.1 ";
  if (!header.starts_with(version)) throw std::runtime_error{"not HTTP: " + std::string{header}};
  parsed.status = std::stoi(std::string{header.substr(version.size(), 3)});
  for (auto end = header.find("\r\n"); end != std::string_view::npos;) {
    header.remove_prefix(end + 2);
    end = header.find("\r\n");
    const std::string_view line = header.substr(0, end);
    const auto colon = line.find(": ");
    if (colon == std::string_view::npos)
      throw std::runtime_error{"not a header field: " + std::string{line}};
    parsed.fields[lower_case(line.substr(0, colon))] = line.substr(colon + 2);
  }
  return parsed;
}

} // namespace

bool response::closes() const {
  const auto connection = fields.find("connection");
  return connection != fields.end() && connection->second == "close";
}

client_connection::client_connection(std::uint16_t port)
    : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  timeval limit{};
  limit.tv_sec = patience.count();
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return;
  const int failure = errno;
  ::close(socket_);
  throw std::system_error{failure, std::generic_category(), "connect"};
}

client_connection::~client_connection() {
  ::close(socket_);
}

bool client_connection::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool client_connection::read_more() {
  std::array<char, 16 * 1024> buffer{};
  const auto size = ::recv(socket_, buffer.data(), buffer.size(), 0);
  if (size < 0 && errno == EAGAIN) throw std::runtime_error{"the server does not answer"};
  if (size <= 0) return false;
  input_.append(buffer.data(), static_cast<std::size_t>(size));
  return true;
}

bool client_connection::read_until(std::string_view mark) {
  while (input_.find(mark) == std::string::npos)
    if (!read_more()) return false;
  return true;
}

std::optional<response> client_connection::receive() {
  constexpr std::string_view end_of_header = "\r\n\r\n";
  if (!read_until(end_of_header)) return std::nullopt;
  const auto header_size = input_.find(end_of_header);
  response parsed = parse_header(std::string_view{input_}.substr(0, header_size));
  input_.erase(0, header_size + end_of_header.size());
  const auto length = parsed.fields.find("content-length");
  const std::size_t body_size = length == parsed.fields.end() ? 0 : std::stoul(length->second);
  while (input_.size() < body_size)
    if (!read_more()) return std::nullopt;
  parsed.body = input_.substr(0, body_size);
  input_.erase(0, body_size);
  return parsed;
}

bool client_connection::is_closed_by_server() {
  return input_.empty() && !read_more();
}

std::string serialise(const request& asked) {
  std::string text = asked.method + " " + asked.path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  if (!asked.token.empty()) text += "Authorization: Bearer " + asked.token + "\r\n";
  if (!asked.body.empty())
    text +=
        "Content-Type: application/json\r\nContent-Length: " + std::to_string(asked.body.size()) +
        "\r\n";
  return text + "\r\n" + asked.body;
}

response ask(std::uint16_t port, const request& asked) {
  client_connection connection{port};
  connection.send(serialise(asked));
  auto answer = connection.receive();
  if (!answer) throw std::runtime_error{"no answer to " + asked.method + " " + asked.path};
  return std::move(*answer);
}

} // namespace maque::test
