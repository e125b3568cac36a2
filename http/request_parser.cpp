#include "http/request_parser.hpp"

#include "domain/limits.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
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

/// RFC 3986, section 3.2: what a host and a port are made of.
bool is_host_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view{"-._~%!$&'()*+,;=:[]"}.find(c) != std::string_view::npos;
}

/// RFC 9112, section 3.2: a client of HTTP/1.1 sends exactly one Host.
bool has_valid_host(const request& read) noexcept {
  const std::size_t hosts = read.count("Host");
  if (hosts == 0) return read.version() == 10;
  const auto host = read.field("Host");
  return host && std::ranges::all_of(*host, is_host_character);
}

/// Only the origin form of a target (RFC 9112, section 3.2.1), or "*" for OPTIONS, means something
/// here: this is no proxy.
bool has_valid_target(const request& read) noexcept {
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

bool expects_anything(const request& read) noexcept {
  return read.version() != 10 && read.count("Expect") > 0;
}

bool expects_100_continue(const request& read) noexcept {
  return equals_ignoring_case(read.field("Expect").value_or(""), "100-continue");
}

std::optional<error> judge_header(const request& read) {
  if (!has_valid_host(read)) return error{errc::malformed_request, {}, "Host", {}};
  if (!has_valid_target(read)) return error{errc::malformed_request, {}, "target form", {}};
  if (!has_valid_framing(read)) return error{errc::malformed_request, {}, "body framing", {}};
  if (expects_anything(read) && !expects_100_continue(read))
    return error{errc::expectation_failed, {}, {}, {}};
  return std::nullopt;
}

} // namespace

/// Beast's reader, with the callbacks that fill a request.
class request_parser::beast_reader final : public beast_http::basic_parser<true> {
public:
  beast_reader(request& into, const parser_limits& limits) : into_{into} {
    header_limit(static_cast<std::uint32_t>(limits.header_bytes));
    body_limit(limits.body_bytes);
    // Hand out the body as it comes, not only the header.
    eager(true);
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

  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}

  std::size_t on_chunk_body_impl(std::uint64_t, string_view part, error_code&) override {
    into_.append_body(plain(part));
    return part.size();
  }

  void on_finish_impl(error_code&) override {}

  request& into_;
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
  }

  result<std::size_t> put(std::string_view bytes) {
    error_code failure;
    const std::size_t used =
        reader_->put(boost::asio::const_buffer{bytes.data(), bytes.size()}, failure);
    if (failure && failure != beast_http::error::need_more) return reader_->failure_of(failure);
    return used;
  }

  const beast_reader& reader() const noexcept { return *reader_; }
  const request& read() const noexcept { return into_; }

private:
  request& into_;
  parser_limits limits_;
  std::optional<beast_reader> reader_;
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

bool request_parser::started() const noexcept {
  return grammar_->reader().got_some();
}

bool request_parser::header_complete() const noexcept {
  return grammar_->reader().is_header_done();
}

bool request_parser::complete() const noexcept {
  return grammar_->reader().is_done();
}

bool request_parser::keep_alive() const noexcept {
  return grammar_->reader().keep_alive();
}

bool request_parser::expects_continue() const noexcept {
  // Any other expectation was refused with the header.
  return expects_anything(grammar_->read());
}

} // namespace maque::http
