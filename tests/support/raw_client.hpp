#pragma once

#include "support/http_reply.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace maque::test {

/// A connection as bytes, for what an HTTP client would never send. Nothing waits longer than
/// `patience`.
class raw_client {
public:
  static constexpr std::chrono::seconds patience{10};

  explicit raw_client(std::uint16_t port);
  ~raw_client();
  raw_client(const raw_client&) = delete;
  raw_client& operator=(const raw_client&) = delete;

  /// Sends bytes; false if the server has closed the connection or doesn't read.
  bool send(std::string_view bytes);
  /// Sends bytes in pieces of this size, each in a packet of its own.
  bool send_in_pieces(std::string_view bytes, std::size_t size);
  /// Says that nothing more will be sent.
  void close_sending();

  /// Reads one response; nothing if the connection ends before it is whole. `method` is that of its
  /// request: a response to HEAD has no body.
  std::optional<http_reply> read_reply(std::string_view method = "GET");

  /// True if there is something to read, or the end; doesn't wait.
  bool has_input() const;

  /// True if the server closes the connection without another byte.
  bool is_closed_by_server();

  /// Sends one request and reads its response, which has to be documented.
  http_reply exchange(std::string_view method, std::string_view target, std::string_view bytes);

private:
  bool wait_for(short events, std::chrono::milliseconds limit = patience) const;
  /// Reads what there is; false at the end.
  bool receive_more();

  int socket_ = -1;
  std::string received_; ///< Not yet handed out.
};

/// Takes connections, and never says anything.
class silent_listener {
public:
  silent_listener();
  ~silent_listener();
  silent_listener(const silent_listener&) = delete;
  silent_listener& operator=(const silent_listener&) = delete;

  std::uint16_t port() const noexcept { return port_; }
  /// Whether somebody has connected.
  bool has_client() const noexcept;

private:
  int socket_ = -1;
  std::uint16_t port_ = 0;
};

/// The bytes of a request without a body.
std::string request_bytes(std::string_view method, std::string_view target,
                          std::string_view more_headers = {});
/// The bytes of a request with a JSON body and its length.
std::string request_with_body(std::string_view method, std::string_view target,
                              std::string_view body, std::string_view more_headers = {});

} // namespace maque::test
