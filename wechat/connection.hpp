#pragma once

#include "domain/time.hpp"
#include "wechat/server_url.hpp"
#include "wechat/tls_client.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <netdb.h>
#include <span>
#include <string_view>

namespace maque::wechat {

enum class io_failure : std::uint8_t {
  timed_out,
  unresolved,
  refused,
  handshake,
  untrusted,
  broken,
};

/// A connection to a server, with or without TLS. Nothing waits beyond its deadline, however slowly
/// the peer drips its handshake or its bytes: the socket never blocks, and each wait lasts for what
/// is left.
class connection {
public:
  /// Tries the host's addresses one after the other. The resolver isn't bound by the deadline.
  /// @param tls null: none.
  static tl::expected<std::unique_ptr<connection>, io_failure>
  open(const server_url& server, const tls_client* tls, steady_time deadline);

  ~connection();
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  /// Writes all of it.
  tl::expected<void, io_failure> write(std::string_view bytes, steady_time deadline);
  /// Waits for some bytes. 0: the peer has ended the connection properly.
  tl::expected<std::size_t, io_failure> read(std::span<char> into, steady_time deadline);

  /// Nothing waits to be read, and the peer has not closed.
  bool is_quiet() const noexcept;

private:
  explicit connection(int socket) noexcept : socket_{socket} {}

  static tl::expected<std::unique_ptr<connection>, io_failure> connect_to(const addrinfo& address,
                                                                          steady_time deadline);
  tl::expected<void, io_failure> shake_hands(const tls_client& tls, steady_time deadline);
  /// True if a TLS operation that returned `outcome` can go on.
  bool wait_for_tls(int outcome, steady_time deadline);
  bool wait_for(short events, steady_time deadline) const noexcept;

  int socket_;
  tls_session tls_;
};

} // namespace maque::wechat
