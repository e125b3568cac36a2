#include "wechat/reply_parser.hpp"

#include "wechat/bounds.hpp"

#include <algorithm>
#include <charconv>

namespace maque::wechat {
namespace {

/// Decimal or hexadecimal digits and nothing else.
std::optional<std::uint64_t> to_size(std::string_view digits, int base) noexcept {
  std::uint64_t size = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, failure] = std::from_chars(digits.data(), end, size, base);
  if (failure != std::errc{} || stop != end) return std::nullopt;
  return size;
}

std::string_view trim(std::string_view text) noexcept {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// RFC 9110, section 5.6.2, as far as it matters here: nothing that could hide a name.
bool is_field_name(std::string_view name) noexcept {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return c > ' ' && c <= '~' && c != '(' && c != ')' && c != ',' && c != '"';
  });
}

/// Names and codings know no case; `lower` is in lower case.
bool is_equal(std::string_view text, std::string_view lower) noexcept {
  return std::ranges::equal(text, lower, [](char left, char right) {
    return left == right || (left >= 'A' && left <= 'Z' && left - 'A' + 'a' == right);
  });
}

} // namespace

bool reply_parser::is_line() const noexcept {
  return part_ != part::sized_body && part_ != part::endless_body && part_ != part::chunk;
}

reply_parser::progress reply_parser::take(std::string_view bytes) {
  while (!bytes.empty() && part_ != part::done) {
    const auto step = is_line() ? take_line_part(bytes) : take_data(bytes);
    if (step != progress::more) return step;
  }
  has_surplus_ = !bytes.empty();
  return part_ == part::done ? progress::complete : progress::more;
}

reply_parser::progress reply_parser::end() {
  keep_alive_ = false;
  return part_ == part::endless_body || part_ == part::done ? progress::complete
                                                            : progress::malformed;
}

reply_parser::progress reply_parser::take_line_part(std::string_view& bytes) {
  const auto end = bytes.find('\n');
  const auto taken = end == std::string_view::npos ? bytes.size() : end + 1;
  head_bytes_ += taken;
  if (head_bytes_ > bounds::reply_head_bytes) return progress::malformed;
  line_ += bytes.substr(0, taken);
  bytes.remove_prefix(taken);
  if (end == std::string_view::npos) return progress::more;

  if (!line_.ends_with("\r\n")) return progress::malformed;
  const bool is_good = read_line(std::string_view{line_}.substr(0, line_.size() - 2));
  line_.clear();
  if (is_good) return progress::more;
  return is_oversized_ ? progress::oversized : progress::malformed;
}

reply_parser::progress reply_parser::take_data(std::string_view& bytes) {
  if (part_ == part::endless_body && !expect(bytes.size())) return progress::oversized;
  const auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
  reply_.body += bytes.substr(0, taken);
  bytes.remove_prefix(taken);
  left_ -= taken;
  if (left_ == 0 && part_ == part::sized_body) part_ = part::done;
  if (left_ == 0 && part_ == part::chunk) part_ = part::chunk_end;
  return progress::more;
}

bool reply_parser::read_line(std::string_view line) {
  switch (part_) {
  case part::status_line:
    return read_status_line(line);
  case part::field:
    return line.empty() ? end_head() : read_field(line);
  case part::chunk_size:
    return read_chunk_size(line);
  case part::chunk_end:
    part_ = part::chunk_size;
    return line.empty();
  default: // A trailer, which says nothing that we need.
    if (line.empty()) part_ = part::done;
    return true;
  }
}

bool reply_parser::read_status_line(std::string_view line) {
  const bool is_newer = line.starts_with("HTTP/1.1 ");
  if (!is_newer && !line.starts_with("HTTP/1.0 ")) return false;
  const auto status = to_size(line.substr(9, 3), 10);
  const bool is_good = status && *status >= 100 && *status <= 599 &&
                       (line.size() == 12 || (line.size() > 12 && line[12] == ' '));
  if (!is_good) return false;
  reply_.status = static_cast<int>(*status);
  keep_alive_ = is_newer;
  part_ = part::field;
  return true;
}

bool reply_parser::read_field(std::string_view line) {
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return false;
  const auto name = line.substr(0, colon);
  return is_field_name(name) && read_known_field(name, trim(line.substr(colon + 1)));
}

bool reply_parser::read_known_field(std::string_view name, std::string_view value) {
  if (is_equal(name, "content-type")) {
    reply_.content_type = value;
  } else if (is_equal(name, "content-length")) {
    const auto length = to_size(value, 10);
    if (!length || (length_ && *length_ != *length)) return false;
    length_ = length;
  } else if (is_equal(name, "transfer-encoding")) {
    if (is_chunked_ || !is_equal(value, "chunked")) return false;
    is_chunked_ = true;
  } else if (is_equal(name, "connection")) {
    // A list; whatever it holds besides, only "keep-alive" is no reason to close.
    keep_alive_ = keep_alive_ && is_equal(value, "keep-alive");
  }
  return true;
}

/// Which body follows: RFC 9112, section 6.3.
bool reply_parser::end_head() {
  if (is_chunked_ && length_) return false;
  if (reply_.status < 200) {
    // An interim reply; the real one follows. We never ask for another protocol.
    if (reply_.status == 101 || is_chunked_ || length_) return false;
    reply_ = {};
    part_ = part::status_line;
    return true;
  }
  has_head_ = true;
  if (reply_.status == 204 || reply_.status == 304) {
    part_ = part::done;
  } else if (is_chunked_) {
    part_ = part::chunk_size;
  } else if (length_) {
    part_ = *length_ == 0 ? part::done : part::sized_body;
    return expect(*length_);
  } else {
    part_ = part::endless_body;
    keep_alive_ = false;
  }
  return true;
}

/// RFC 9112, section 7.1; an extension is ignored.
bool reply_parser::read_chunk_size(std::string_view line) {
  const auto size = to_size(trim(line.substr(0, line.find(';'))), 16);
  if (!size) return false;
  part_ = *size == 0 ? part::trailer : part::chunk;
  return expect(*size);
}

bool reply_parser::expect(std::uint64_t size) noexcept {
  left_ = size;
  is_oversized_ = size > body_limit_ - reply_.body.size();
  return !is_oversized_;
}

} // namespace maque::wechat
