#include "http/request_parser.hpp"

#include "domain/limits.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace maque::http {

namespace beast_http = boost::beast::http;
using boost::beast::string_view;
using boost::system::error_code;

namespace {

std::string_view plain(string_view text) noexcept {
  return {text.data(), text.size()};
}

using character_set = std::array<bool, 256>;

constexpr character_set set_of(std::string_view characters) noexcept {
  character_set made{};
  for (const char c : characters)
    made[static_cast<unsigned char>(c)] = true;
  return made;
}

/// RFC 3986, section 3.2: what a host and a port are made of.
constexpr character_set host_characters =
    set_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~%!$&'()*+,;=:[]");

bool is_host_character(char c) noexcept {
  return host_characters[static_cast<unsigned char>(c)];
}

/// RFC 9112, section 3.2: a client of HTTP/1.1 sends exactly one Host.
bool has_valid_host(const request& read) noexcept {
  const std::size_t hosts = read.count("Host");
  if (hosts == 0) return read.version() == 10;
  const auto host = read.field("Host");
  return host && std::ranges::all_of(*host, is_host_character);
}

/// Servers read a fragment differently, which is the client's alone (RFC 9110, section 4.2.5).
/// Other controls than DEL, and blanks, were refused by Beast; what should have been escaped and
/// means nothing is taken.
bool has_valid_characters(std::string_view target) noexcept {
  return target.find('#') == std::string_view::npos &&
         target.find('\x7F') == std::string_view::npos;
}

/// Only the origin form of a target (RFC 9112, section 3.2.1), or "*" for OPTIONS, means something
/// here: this is no proxy.
bool has_valid_target(const request& read) noexcept {
  if (!has_valid_characters(read.target())) return false;
  return read.target().starts_with('/') || (read.target() == "*" && read.verb() == method::options);
}

/// RFC 9112, section 6: there is one way to find the end of the body. Beast ignores a coding that
/// it does not know, and a proxy in front of us may not; whatever could be read in two ways is
/// refused, because the rest would be read as the next request (ASVS 4.2.1).
bool has_valid_framing(const request& read) noexcept {
  if (read.count("Transfer-Encoding") > 0) {
    const auto coding = read.field("Transfer-Encoding");
    return coding && equals_ignoring_case(*coding, "chunked") && read.version() != 10 &&
           read.count("Content-Length") == 0;
  }
  if (read.count("Content-Length") == 0) return true;
  const auto length = read.field("Content-Length");
  return length && length->find_first_not_of("0123456789") == std::string_view::npos;
}

/// A tunnel to somewhere else (RFC 9110, section 9.3.6): this is no proxy.
bool is_connect(const request& read) noexcept {
  return read.verb() == method::unknown && read.method_text() == "CONNECT";
}

bool expects_anything(const request& read) noexcept {
  return read.version() != 10 && read.count("Expect") > 0;
}

bool expects_100_continue(const request& read) noexcept {
  return equals_ignoring_case(read.field("Expect").value_or(""), "100-continue");
}

std::optional<error> judge_header(const request& read) {
  if (is_connect(read)) return error{errc::malformed_request, {}, "CONNECT", {}};
  if (!has_valid_host(read)) return error{errc::malformed_request, {}, "Host", {}};
  if (!has_valid_target(read)) return error{errc::malformed_request, {}, "target form", {}};
  if (!has_valid_framing(read)) return error{errc::malformed_request, {}, "body framing", {}};
  if (expects_anything(read) && !expects_100_continue(read))
    return error{errc::expectation_failed, {}, {}, {}};
  return std::nullopt;
}

/// Whether the field's value stands on the line of its name. Beast joins lines that were folded,
/// which nobody may send and everybody reads as he likes (RFC 9112, section 5.2).
bool is_on_one_line(string_view name, string_view value) noexcept {
  const char* const from = name.data() + name.size();
  if (value.data() == from + 2) return true; // behind ": "
  const auto is_blank = [](char c) { return c == ':' || c == ' ' || c == '\t'; };
  // Joined, it isn't where it was read; else this ends at its first character, or at its line's
  // end.
  const char* at = from;
  while (at != value.data() && is_blank(*at))
    ++at;
  return at == value.data();
}

/// How much of `bytes`, which don't reach the header's end, can be judged: lines that are whole,
/// with the first character of the next one, which tells whether the line is folded. Given less
/// than a line, Beast would judge nothing until the header's end.
std::size_t lines_to_judge(std::string_view bytes) noexcept {
  if (bytes.size() < 2) return 0;
  const std::size_t last = bytes.rfind('\n', bytes.size() - 2);
  return last == std::string_view::npos ? 0 : last + 2;
}

/// Whether the last of those lines goes on in the next one (RFC 9112, section 5.2).
bool is_folded(std::string_view lines) noexcept {
  return lines.ends_with(' ') || lines.ends_with('\t');
}

} // namespace

/// Beast's reader, with the callbacks that fill a request.
class request_parser::beast_reader final : public beast_http::basic_parser<true> {
public:
  beast_reader(request& into, const parser_limits& limits) : into_{into}, limits_{limits} {
    header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    body_limit(limits.body_bytes);
    // Hand out the body as it comes, not only the header.
    eager(true);
  }

  /// These bytes are put next.
  void begin(std::string_view bytes) noexcept {
    bytes_ = bytes;
    trailer_ = std::string_view::npos;
  }

  /// After a put that used so many of the bytes: bounds what Beast keeps waiting for the end of.
  /// The bounds are those of what is complete, so that it makes no difference how much of it has
  /// come.
  std::optional<error> judge_chunks(std::string_view bytes, std::size_t used) const {
    if (is_done()) {
      if (trailer_ == std::string_view::npos || used - trailer_ <= limits_.header_bytes)
        return std::nullopt;
      return error{errc::headers_too_large, {}, "trailer", {}};
    }
    std::string_view rest = bytes.substr(used);
    if (rest.starts_with("\r\n")) rest.remove_prefix(2); // of the chunk before
    if (rest.find("\r\n") == std::string_view::npos) {
      // Its last character may be half of the line's end.
      if (rest.size() <= limits_.chunk_line_bytes + 1) return std::nullopt;
      return error{errc::malformed_request, {}, "chunk line", {}};
    }
    const std::size_t size_ends = std::min(rest.find_first_not_of(hex_digits), rest.size());
    if (rest.size() - size_ends <= limits_.header_bytes) return std::nullopt;
    return error{errc::headers_too_large, {}, "trailer", {}};
  }

  tl::unexpected<error> failure_of(const error_code& failure) const {
    const std::string cause = failure.message();
    if (refused_) return tl::unexpected{*refused_};
    if (failure == beast_http::error::header_limit) return fail(errc::headers_too_large, {}, cause);
    if (failure == beast_http::error::body_limit) return fail(errc::body_too_large, {}, cause);
    return fail(errc::malformed_request, {}, cause);
  }

private:
  void on_request_impl(beast_http::verb, string_view method_text, string_view target, int version,
                       error_code& failure) override {
    if (target.size() > limits::target_bytes) {
      refused_ = error{errc::target_too_long, {}, {}, {}};
      failure = beast_http::error::bad_target;
      return;
    }
    into_.set_method(plain(method_text));
    into_.set_target(plain(target));
    into_.set_version(version);
  }

  void on_response_impl(int, string_view, int, error_code&) override {}

  void on_field_impl(beast_http::field, string_view name, string_view value,
                     error_code& failure) override {
    if (!is_on_one_line(name, value)) {
      failure = beast_http::error::bad_value;
      return;
    }
    if (++fields_ > limits::header_fields) {
      failure = beast_http::error::header_limit;
      return;
    }
    // What follows a chunked body is no part of the header: nobody in front of us has looked at it
    // (RFC 9110, section 6.5.1).
    if (!header_read_) into_.add_field(plain(name), plain(value));
  }

  void on_header_impl(error_code& failure) override {
    header_read_ = true;
    into_.end_header();
    refused_ = judge_header(into_);
    if (refused_) failure = beast_http::error::bad_field;
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    // The body limit was checked before this call.
    if (length) into_.reserve_body(static_cast<std::size_t>(*length));
  }

  std::size_t on_body_impl(string_view part, error_code&) override {
    into_.append_body(plain(part));
    return part.size();
  }

  void on_chunk_header_impl(std::uint64_t size, string_view extensions,
                            error_code& failure) override {
    const auto size_ends = static_cast<std::size_t>(extensions.data() - bytes_.data());
    const std::size_t before = bytes_.substr(0, size_ends).find_last_not_of(hex_digits);
    const std::size_t size_begins = before == std::string_view::npos ? 0 : before + 1;
    if (size_ends - size_begins + extensions.size() > limits_.chunk_line_bytes)
      failure = beast_http::error::bad_chunk_extension;
    if (size == 0) trailer_ = size_ends;
  }

  std::size_t on_chunk_body_impl(std::uint64_t, string_view part, error_code&) override {
    into_.append_body(plain(part));
    return part.size();
  }

  void on_finish_impl(error_code&) override {}

  static constexpr std::string_view hex_digits = "0123456789abcdefABCDEF";

  request& into_;
  parser_limits limits_;
  std::string_view bytes_;                       ///< What is being put.
  std::size_t trailer_ = std::string_view::npos; ///< Where in it the last chunk's size ends.
  std::size_t fields_ = 0;
  bool header_read_ = false;
  std::optional<error> refused_; ///< Why a callback has stopped the reader, if one has.
};

class request_parser::grammar {
public:
  grammar(request& into, parser_limits limits) : into_{into}, limits_{limits} { restart(); }

  void restart() {
    into_.clear();
    reader_.emplace(into_, limits_);
    header_bytes_ = 0;
    unused_ = 0;
  }

  result<std::size_t> put(std::string_view bytes) {
    if (reader_->is_header_done()) return waits_for_more(bytes) ? 0 : put_rest(bytes);
    if (header_bytes_ == 0 && bytes.size() <= limits_.header_bytes) {
      // Usually it comes whole, and needs no search for its end.
      error_code failure;
      const std::size_t used = put_to_reader(bytes, failure);
      if (reader_->is_header_done() || reaches_end_of_header(bytes))
        return judge(bytes, used, failure);
      restart();
    }
    const std::string_view window = bytes.substr(0, limits_.header_bytes - header_bytes_);
    return reaches_end_of_header(window) ? put_rest(bytes) : put_lines(window);
  }

  const beast_reader& reader() const noexcept { return *reader_; }
  const request& read() const noexcept { return into_; }

private:
  bool reaches_end_of_header(std::string_view bytes) const noexcept {
    const bool at_start_of_line = header_bytes_ > 0;
    return bytes.ends_with("\r\n\r\n") || (at_start_of_line && bytes.starts_with("\r\n")) ||
           bytes.find("\r\n\r\n") != std::string_view::npos;
  }

  /// A header that goes on beyond these bytes.
  result<std::size_t> put_lines(std::string_view bytes) {
    std::size_t used = 0;
    const std::string_view lines = bytes.substr(0, lines_to_judge(bytes));
    if (!lines.empty()) {
      error_code failure;
      used = put_to_reader(lines, failure);
      if (is_failure(failure)) return reader_->failure_of(failure);
      // Beast would wait for the line's end.
      if (is_folded(lines)) return fail(errc::malformed_request, {}, "a folded line");
      header_bytes_ += used;
    }
    const bool is_full = header_bytes_ + (bytes.size() - used) >= limits_.header_bytes;
    if (is_full) return fail(errc::headers_too_large, {}, {});
    return used;
  }

  /// What reaches the header's end, or is behind it.
  result<std::size_t> put_rest(std::string_view bytes) {
    error_code failure;
    const std::size_t used = put_to_reader(bytes, failure);
    return judge(bytes, used, failure);
  }

  /// What the reader has said of these bytes, of which it has used so many, and what we say beyond
  /// that.
  result<std::size_t> judge(std::string_view bytes, std::size_t used, const error_code& failure) {
    if (is_failure(failure)) return reader_->failure_of(failure);
    if (!reader_->is_header_done() || !reader_->chunked()) return used;
    unused_ = bytes.size() - used;
    if (const auto refused = reader_->judge_chunks(bytes, used)) return tl::unexpected{*refused};
    return used;
  }

  /// Whether these bytes are those that were not enough, or too few for an assertion of Beast's: it
  /// takes five for granted where it has seen the last chunk's line.
  bool waits_for_more(std::string_view bytes) const noexcept {
    if (unused_ == 0) return false;
    return bytes.size() == unused_ || (bytes.size() < 5 && bytes.starts_with("0\r\n"));
  }

  std::size_t put_to_reader(std::string_view bytes, error_code& failure) {
    reader_->begin(bytes);
    return reader_->put(boost::asio::const_buffer{bytes.data(), bytes.size()}, failure);
  }

  static bool is_failure(const error_code& failure) noexcept {
    return failure && failure != beast_http::error::need_more;
  }

  request& into_;
  parser_limits limits_;
  std::optional<beast_reader> reader_;
  std::size_t header_bytes_ = 0; ///< How much of the header the reader has taken.
  std::size_t unused_ = 0; ///< How much of a chunked body it wants again, with more behind it.
};

request_parser::request_parser(request& into, parser_limits limits)
    : grammar_{std::make_unique<grammar>(into, limits)} {}

request_parser::~request_parser() = default;

void request_parser::restart() {
  grammar_->restart();
}

result<std::size_t> request_parser::put(std::string_view bytes) {
  return grammar_->put(bytes);
}

bool request_parser::header_complete() const noexcept {
  return grammar_->reader().is_header_done();
}

bool request_parser::complete() const noexcept {
  return grammar_->reader().is_done();
}

bool request_parser::keep_alive() const noexcept {
  // Who asks for another protocol may go on in it: nothing behind that is read (RFC 9110,
  // section 7.8).
  return grammar_->reader().keep_alive() && !grammar_->reader().upgrade();
}

bool request_parser::expects_continue() const noexcept {
  // Any other expectation was refused with the header.
  return expects_anything(grammar_->read());
}

} // namespace maque::http
