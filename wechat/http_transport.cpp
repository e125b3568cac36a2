#include "domain/limits.hpp"
#include "wechat/bounds.hpp"
#include "wechat/connection.hpp"
#include "wechat/reply_parser.hpp"
#include "wechat/server_url.hpp"
#include "wechat/tls_client.hpp"
#include "wechat/transport.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace maque::wechat {

struct http_server {
  explicit http_server(const std::string& base_url) : url{parse_server_url(base_url)} {
    if (url.is_https) tls.emplace(url);
  }

  server_url url;
  std::optional<tls_client> tls{};
};

namespace {

using std::chrono::steady_clock;

/// A byte outside of visible ASCII could end the request line and begin another request.
bool is_target(std::string_view text) noexcept {
  return text.starts_with('/') &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

tl::unexpected<error> unavailable(const std::string& cause) {
  return fail(errc::wechat_unavailable, {}, "the connection to WeChat " + cause);
}

/// For the operator.
const char* describe(io_failure failure) noexcept {
  switch (failure) {
  case io_failure::timed_out:
    return "had no whole reply before the deadline";
  case io_failure::unresolved:
    return "can't be opened: the host's address is not known";
  case io_failure::refused:
    return "can't be opened";
  case io_failure::handshake:
    return "failed in its TLS handshake";
  case io_failure::untrusted:
    return "is not trusted: the certificate is of an unknown issuer, expired or another host's";
  case io_failure::broken:
    break;
  }
  return "broke before the whole reply was there";
}

/// What became of one request on one connection.
struct attempt {
  reply_parser::progress received = reply_parser::progress::more;
  std::optional<io_failure> failure{};
  reply answer{};
  /// The connection was open before, and broke unanswered: its peer may have closed it while the
  /// request was under way.
  bool was_stale = false;
};

class http_transport final : public transport {
public:
  http_transport(std::shared_ptr<const http_server> server, std::chrono::milliseconds timeout)
      : server_{std::move(server)}, timeout_{timeout} {}

  result<reply> get(const std::string& target, steady_time deadline) override {
    if (!is_target(target)) return not_encoded();
    const std::string request = begin_request("GET ", target) + "\r\n";
    const auto due = bound(deadline);
    attempt outcome = send(request, due);
    // The ordinary end of an idle connection, and RFC 9112, section 9.3.1 lets a GET be sent again
    // then. That the peer had used up a login code before it broke can't be ruled out; then WeChat
    // says 40163, the client calls wx.login() once more, and that is no worse for him than an error
    // at once.
    if (outcome.was_stale) outcome = send(request, due);
    return judge(std::move(outcome));
  }

  result<reply> post(const std::string& target, const std::string& json,
                     steady_time deadline) override {
    if (!is_target(target)) return not_encoded();
    return judge(send(begin_request("POST ", target) +
                          "Content-Type: application/json\r\nContent-Length: " +
                          std::to_string(json.size()) + "\r\n\r\n" + json,
                      bound(deadline)));
  }

private:
  static tl::unexpected<error> not_encoded() {
    return fail(errc::internal, {}, "a target that is not percent-encoded");
  }

  steady_time bound(steady_time deadline) const {
    return std::min(deadline, steady_clock::now() + timeout_);
  }

  /// Nothing compressed: it can be small on the wire and huge here, and gains nothing.
  std::string begin_request(std::string_view method, std::string_view target) const {
    constexpr std::string_view rest = "\r\nAccept: */*\r\nAccept-Encoding: identity\r\n";
    const std::string& host = server_->url.authority;
    std::string head;
    head.reserve(method.size() + target.size() + host.size() + rest.size() + 24);
    head.append(method).append(target).append(" HTTP/1.1\r\nHost: ").append(host).append(rest);
    return head;
  }

  attempt send(const std::string& request, steady_time due) {
    attempt outcome;
    if (steady_clock::now() >= due) {
      outcome.failure = io_failure::timed_out;
      return outcome;
    }
    const bool was_open = drop_unquiet_connection();
    if (!was_open) {
      auto opened = connection::open(server_->url, server_->tls ? &*server_->tls : nullptr, due);
      if (!opened) {
        outcome.failure = opened.error();
        return outcome;
      }
      connection_ = *std::move(opened);
    }
    exchange(request, due, was_open, outcome);
    return outcome;
  }

  /// A kept connection has nothing to say between two calls. Bytes that wait on it are a notice
  /// that it was closed, or the surplus of an earlier reply, which must not become the answer to
  /// somebody else's login. True if there is a connection left.
  bool drop_unquiet_connection() {
    if (connection_ && !connection_->is_quiet()) connection_.reset();
    return connection_ != nullptr;
  }

  void exchange(const std::string& request, steady_time due, bool was_open, attempt& outcome) {
    reply_parser parser{limits::wechat_reply_bytes};
    const auto written = connection_->write(request, due);
    if (written) {
      read_reply(parser, due, outcome);
    } else {
      outcome.failure = written.error();
    }
    const bool is_complete = outcome.received == reply_parser::progress::complete;
    if (!is_complete || !parser.can_keep_connection()) connection_.reset();
    if (is_complete) outcome.answer = std::move(parser.read());
    const bool has_broken = outcome.failure == io_failure::broken ||
                            outcome.received == reply_parser::progress::malformed;
    outcome.was_stale = was_open && has_broken && !parser.has_head();
  }

  void read_reply(reply_parser& parser, steady_time due, attempt& outcome) {
    std::array<char, bounds::read_bytes> buffer; // NOLINT(*-member-init): 4 KiB for nothing.
    while (outcome.received == reply_parser::progress::more) {
      const auto size = connection_->read(buffer, due);
      if (!size) {
        outcome.failure = size.error();
        return;
      }
      outcome.received = *size == 0 ? parser.end() : parser.take({buffer.data(), *size});
    }
  }

  static result<reply> judge(attempt&& outcome) {
    if (outcome.failure) return unavailable(describe(*outcome.failure));
    switch (outcome.received) {
    case reply_parser::progress::complete:
      return std::move(outcome.answer);
    case reply_parser::progress::oversized:
      return unavailable("had a reply of more than " + std::to_string(limits::wechat_reply_bytes) +
                         " bytes");
    default:
      return unavailable("broke before the whole reply was there, or it was no HTTP");
    }
  }

  std::shared_ptr<const http_server> server_;
  std::chrono::milliseconds timeout_;
  std::unique_ptr<connection> connection_;
};

} // namespace

http_transports::http_transports(const std::string& base_url, std::chrono::milliseconds timeout)
    : server_{std::make_shared<const http_server>(base_url)}, timeout_{timeout} {}

std::unique_ptr<transport> http_transports::make() const {
  return std::make_unique<http_transport>(server_, timeout_);
}

std::unique_ptr<transport> make_http_transport(const std::string& base_url,
                                               std::chrono::milliseconds timeout) {
  return http_transports{base_url, timeout}.make();
}

} // namespace maque::wechat
