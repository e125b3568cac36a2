#pragma once

#include "domain/errors.hpp"
#include "http/request.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace maque::http {

struct parser_limits {
  /// Of the request line and the header, with their line ends; and of what follows a chunked body.
  std::size_t header_bytes = 8 * 1024;
  std::size_t body_bytes = 1024 * 1024;
  /// Of a chunk's size and extensions, without the line's end (RFC 9112, section 7.1.1, asks for a
  /// bound).
  std::size_t chunk_line_bytes = 256;
};

/// Reads one request from bytes as they arrive, into a request object. The grammar is
/// Boost.Beast's; the rules on top of it are here. What is said of some bytes, and after which of
/// them, doesn't depend on how they are cut into pieces.
class request_parser {
public:
  /// @param into has to outlive the parser.
  request_parser(request& into, parser_limits limits);
  ~request_parser();
  request_parser(const request_parser&) = delete;
  request_parser& operator=(const request_parser&) = delete;

  /// Starts over, for the next request of the connection.
  void restart();

  /// Takes as much of `bytes` as it can use and says how much that was. What is left over has to be
  /// given again, with more behind it. Fails with malformed_request, headers_too_large,
  /// target_too_long, body_too_large, expectation_failed; then the connection has to be closed
  /// after the answer.
  result<std::size_t> put(std::string_view bytes);

  bool header_complete() const noexcept;
  bool complete() const noexcept;
  /// Whether the client wants the connection to stay open (RFC 9112, section 9.3).
  bool keep_alive() const noexcept;
  /// Whether the client waits for a word before it sends its body (RFC 9110, section 10.1.1).
  bool expects_continue() const noexcept;

private:
  class beast_reader;
  class grammar;
  std::unique_ptr<grammar> grammar_;
};

} // namespace maque::http
