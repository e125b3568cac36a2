#pragma once

#include "wechat/transport.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace maque::wechat {

/// Reads one reply to a GET or POST from the bytes of a connection (RFC 9112), in whatever pieces
/// they come. Strict where a message could be read in two ways: what is not plainly a reply is
/// none, as the bytes behind it would be taken for the answer to somebody else's request.
class reply_parser {
public:
  enum class progress : std::uint8_t { more, complete, malformed, oversized };

  /// @param body_limit bytes; a longer body is oversized.
  explicit reply_parser(std::size_t body_limit) noexcept : body_limit_{body_limit} {}

  progress take(std::string_view bytes);
  /// The peer has ended the connection properly. Complete if the body is one that ends so.
  progress end();

  /// Status and fields were read.
  bool has_head() const noexcept { return has_head_; }
  /// The connection can be used again. Only when the reply is complete.
  bool can_keep_connection() const noexcept { return keep_alive_ && !has_surplus_; }
  /// Only when it is complete.
  reply& read() noexcept { return reply_; }

private:
  enum class part : std::uint8_t {
    status_line,
    field,
    sized_body,
    endless_body,
    chunk_size,
    chunk,
    chunk_end,
    trailer,
    done,
  };

  bool is_line() const noexcept;
  progress take_line_part(std::string_view& bytes);
  progress take_data(std::string_view& bytes);
  bool read_line(std::string_view line);
  bool read_status_line(std::string_view line);
  bool read_field(std::string_view line);
  bool read_known_field(std::string_view name, std::string_view value);
  bool end_head();
  bool read_chunk_size(std::string_view line);
  /// False if the body gets too long.
  bool expect(std::uint64_t size) noexcept;

  std::size_t body_limit_;
  reply reply_;
  std::string line_;           ///< What has come of the current one.
  std::size_t head_bytes_ = 0; ///< Of all lines, trailers and chunk sizes among them.
  std::uint64_t left_ = 0;     ///< Of the body or the chunk.
  std::optional<std::uint64_t> length_;
  part part_ = part::status_line;
  bool is_chunked_ = false;
  bool keep_alive_ = true;
  bool has_head_ = false;
  bool has_surplus_ = false;
  bool is_oversized_ = false;
};

} // namespace maque::wechat
