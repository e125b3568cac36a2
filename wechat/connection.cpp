#include "wechat/connection.hpp"

#include <openssl/err.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace maque::wechat {
namespace {

using std::chrono::steady_clock;

struct address_freer {
  void operator()(addrinfo* list) const noexcept { freeaddrinfo(list); }
};
using address_list = std::unique_ptr<addrinfo, address_freer>;

address_list resolve(const server_url& server) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (getaddrinfo(server.host.c_str(), server.port.c_str(), &hints, &found) != 0) return nullptr;
  return address_list{found};
}

int milliseconds_until(steady_time deadline) noexcept {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
  return static_cast<int>(
      std::clamp<std::int64_t>(left.count(), 0, std::numeric_limits<int>::max()));
}

io_failure timed_out_or(io_failure otherwise, steady_time deadline) noexcept {
  return steady_clock::now() >= deadline ? io_failure::timed_out : otherwise;
}

int take_connect_error(int socket) noexcept {
  int failure = 0;
  socklen_t size = sizeof failure;
  return getsockopt(socket, SOL_SOCKET, SO_ERROR, &failure, &size) == 0 ? failure : errno;
}

} // namespace

tl::expected<std::unique_ptr<connection>, io_failure>
connection::open(const server_url& server, const tls_client* tls, steady_time deadline) {
  const auto addresses = resolve(server);
  if (!addresses) return tl::make_unexpected(io_failure::unresolved);

  io_failure failure = io_failure::refused;
  for (const addrinfo* each = addresses.get(); each != nullptr; each = each->ai_next) {
    // One that is silent must leave time for the next.
    const auto left = deadline - steady_clock::now();
    const auto share = each->ai_next == nullptr ? deadline : steady_clock::now() + left / 2;
    auto opened = connect_to(*each, share);
    if (!opened) {
      failure = opened.error();
      continue;
    }
    if (tls == nullptr) return opened;
    if (const auto shaken = (*opened)->shake_hands(*tls, deadline); !shaken)
      return tl::make_unexpected(shaken.error());
    return opened;
  }
  return tl::make_unexpected(failure);
}

tl::expected<std::unique_ptr<connection>, io_failure>
connection::connect_to(const addrinfo& address, steady_time deadline) {
  const int socket = ::socket(address.ai_family, address.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
                              address.ai_protocol);
  if (socket < 0) return tl::make_unexpected(io_failure::refused);
  std::unique_ptr<connection> opened{new connection{socket}};
  // A request is one write and has not to wait for others.
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);

  if (connect(socket, address.ai_addr, address.ai_addrlen) == 0) return opened;
  if (errno != EINPROGRESS && errno != EINTR) return tl::make_unexpected(io_failure::refused);
  if (!opened->wait_for(POLLOUT, deadline)) return tl::make_unexpected(io_failure::timed_out);
  if (take_connect_error(socket) != 0) return tl::make_unexpected(io_failure::refused);
  return opened;
}

connection::~connection() {
  // Says goodbye if that needs no waiting.
  if (tls_ && SSL_is_init_finished(tls_.get()) != 0) SSL_shutdown(tls_.get());
  ERR_clear_error();
  close(socket_);
}

tl::expected<void, io_failure> connection::shake_hands(const tls_client& tls,
                                                       steady_time deadline) {
  tls_ = tls.make_session(socket_);
  if (!tls_) return tl::make_unexpected(io_failure::handshake);
  for (;;) {
    ERR_clear_error();
    const int outcome = SSL_connect(tls_.get());
    if (outcome == 1) return {};
    if (wait_for_tls(outcome, deadline)) continue;
    const bool is_untrusted = SSL_get_verify_result(tls_.get()) != X509_V_OK;
    return tl::make_unexpected(is_untrusted ? io_failure::untrusted
                                            : timed_out_or(io_failure::handshake, deadline));
  }
}

tl::expected<void, io_failure> connection::write(std::string_view bytes, steady_time deadline) {
  while (!bytes.empty()) {
    std::size_t sent = 0;
    bool can_go_on = false;
    if (tls_) {
      ERR_clear_error();
      const int outcome = SSL_write_ex(tls_.get(), bytes.data(), bytes.size(), &sent);
      can_go_on = outcome == 1 || wait_for_tls(outcome, deadline);
    } else {
      const auto outcome = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (outcome > 0) sent = static_cast<std::size_t>(outcome);
      can_go_on = outcome >= 0 || (would_block() && wait_for(POLLOUT, deadline));
    }
    if (!can_go_on) return tl::make_unexpected(timed_out_or(io_failure::broken, deadline));
    bytes.remove_prefix(sent);
  }
  return {};
}

tl::expected<std::size_t, io_failure> connection::read(std::span<char> into, steady_time deadline) {
  // First: an answer is never there yet when it is waited for.
  const bool has_more = tls_ && SSL_has_pending(tls_.get()) == 1;
  if (!has_more && !wait_for(POLLIN, deadline)) return tl::make_unexpected(io_failure::timed_out);
  for (;;) {
    bool can_go_on = false;
    if (tls_) {
      ERR_clear_error();
      std::size_t size = 0;
      const int outcome = SSL_read_ex(tls_.get(), into.data(), into.size(), &size);
      if (outcome == 1) return size;
      if (SSL_get_error(tls_.get(), outcome) == SSL_ERROR_ZERO_RETURN) return 0;
      can_go_on = wait_for_tls(outcome, deadline);
    } else {
      const auto outcome = recv(socket_, into.data(), into.size(), 0);
      if (outcome >= 0) return static_cast<std::size_t>(outcome);
      can_go_on = would_block() && wait_for(POLLIN, deadline);
    }
    if (!can_go_on) return tl::make_unexpected(timed_out_or(io_failure::broken, deadline));
  }
}

bool connection::is_quiet() const noexcept {
  if (tls_ && SSL_has_pending(tls_.get()) == 1) return false;
  char byte = 0;
  return recv(socket_, &byte, 1, MSG_PEEK) < 0 && would_block();
}

bool connection::wait_for_tls(int outcome, steady_time deadline) {
  switch (SSL_get_error(tls_.get(), outcome)) {
  case SSL_ERROR_WANT_READ:
    return wait_for(POLLIN, deadline);
  case SSL_ERROR_WANT_WRITE:
    return wait_for(POLLOUT, deadline);
  default:
    return false;
  }
}

bool connection::wait_for(short events, steady_time deadline) const noexcept {
  pollfd waiting{socket_, events, 0};
  for (;;) {
    const int left = milliseconds_until(deadline);
    if (left == 0) return false;
    const int ready = poll(&waiting, 1, left);
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

} // namespace maque::wechat
