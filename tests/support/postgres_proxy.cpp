#include "support/postgres_proxy.hpp"

#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace maque::test {
namespace {

/// https://www.postgresql.org/docs/current/protocol-message-formats.html, Query
constexpr std::string_view commit{"Q\0\0\0\x0B"
                                  "COMMIT\0",
                                  12};

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

int new_socket() {
  return ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

bool send_all(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

} // namespace

postgres_proxy::postgres_proxy(int server_port)
    : server_port_{server_port}, listener_{new_socket()}, port_{0} {
  auto address = loopback(0);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 16) != 0 ||
      ::getsockname(listener_, generic, &size) != 0 || ::pipe(wake_up_) != 0)
    throw std::runtime_error{"the proxy can't listen"};
  port_ = ntohs(address.sin_port);
  thread_ = std::thread{[this] { run(); }};
}

postgres_proxy::~postgres_proxy() {
  ::close(wake_up_[1]);
  thread_.join();
  ::close(wake_up_[0]);
  ::close(listener_);
}

void postgres_proxy::run() {
  for (;;) {
    std::vector<pollfd> watched{{wake_up_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const link& each : links_) {
      watched.push_back({each.client, POLLIN, 0});
      watched.push_back({each.server, POLLIN, 0});
    }
    ::poll(watched.data(), watched.size(), -1);
    const bool stopping = watched[0].revents != 0;
    std::size_t next = 2;
    for (auto each = links_.begin(); each != links_.end(); next += 2) {
      const bool goes_on = !stopping && (watched[next].revents == 0 || forward_request(*each)) &&
                           (watched[next + 1].revents == 0 || forward_reply(*each));
      if (goes_on) {
        ++each;
        continue;
      }
      ::close(each->client);
      ::close(each->server);
      each = links_.erase(each);
    }
    if (stopping) return;
    if (watched[1].revents != 0) accept_one();
  }
}

void postgres_proxy::accept_one() {
  const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  const int server = new_socket();
  const auto address = loopback(server_port_);
  if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    links_.push_back({client, server});
    return;
  }
  ::close(client);
  ::close(server);
}

bool postgres_proxy::forward_request(link& between) {
  std::array<char, 65536> buffer{};
  const auto size = ::recv(between.client, buffer.data(), buffer.size(), 0);
  if (size <= 0) return false;
  const std::string_view bytes{buffer.data(), static_cast<std::size_t>(size)};
  if (bytes.find(commit) == std::string_view::npos) return send_all(between.server, bytes);
  switch (next_cut_.exchange(moment::never)) {
  case moment::never:
    break;
  case moment::before_commit:
    return false;
  case moment::during_commit:
    // The server goes on with it when its client is gone.
    send_all(between.server, bytes);
    return false;
  case moment::after_commit:
    between.reply_is_lost = true;
    break;
  }
  return send_all(between.server, bytes);
}

bool postgres_proxy::forward_reply(link& between) {
  std::array<char, 65536> buffer{};
  const auto size = ::recv(between.server, buffer.data(), buffer.size(), 0);
  if (size <= 0 || between.reply_is_lost) return false;
  return send_all(between.client, {buffer.data(), static_cast<std::size_t>(size)});
}

} // namespace maque::test
