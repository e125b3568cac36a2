#pragma once

#include "wechat/transport.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace maque::wechat::test {

/// One accepted connection, as bytes.
class raw_connection {
public:
  explicit raw_connection(int socket) : socket_{socket} {}

  /// Reads to the empty line behind a header. False if the peer has closed.
  bool read_header();
  /// The header that was read last, with its empty line.
  const std::string& header() const noexcept { return header_; }
  /// So many bytes; fewer if the peer closes before.
  std::string read_bytes(std::size_t count);
  bool send(std::string_view bytes);
  /// Sends `byte` again and again, 2 ms apart, until the peer closes.
  void drip(char byte);

private:
  int socket_;
  std::string header_;
};

/// Listens on a free port of 127.0.0.1, and lets the n-th connection be served by the n-th session,
/// one after another. A connection is closed when its session returns.
class raw_server {
public:
  using session = std::function<void(raw_connection&)>;

  explicit raw_server(std::vector<session> sessions);
  ~raw_server();
  raw_server(const raw_server&) = delete;
  raw_server& operator=(const raw_server&) = delete;

  std::string url(std::string_view scheme = "http") const;
  int accepted() const noexcept { return accepted_; }

private:
  void run(const std::vector<session>& sessions);

  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> accepted_{0};
  std::thread thread_;
};

/// A socket that is bound, so that nobody else gets its port, and doesn't listen.
class refusing_port {
public:
  refusing_port();
  ~refusing_port();
  refusing_port(const refusing_port&) = delete;
  refusing_port& operator=(const refusing_port&) = delete;

  std::string url() const;

private:
  int socket_ = -1;
  int port_ = 0;
};

} // namespace maque::wechat::test
