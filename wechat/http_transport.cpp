#include "domain/limits.hpp"
#include "wechat/call_watchdog.hpp"
#include "wechat/sigpipe_guard.hpp"
#include "wechat/transport.hpp"

#include <httplib.h>

#include <algorithm>
#include <poll.h>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace maque::wechat {
namespace {

/// Checks the form before httplib sees it, which takes what it can't parse for a host's name.
const std::string& require_base_url(const std::string& url) {
  std::string_view authority = url;
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!authority.starts_with(scheme)) continue;
    authority.remove_prefix(scheme.size());
    if (!authority.empty() && authority.find_first_of("/?#@ ") == std::string_view::npos)
      return url;
  }
  throw std::invalid_argument{"not http[s]://host[:port]: " + url};
}

/// A byte outside of visible ASCII could end the request line and begin another request.
bool is_target(std::string_view text) noexcept {
  return text.starts_with('/') &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

tl::unexpected<error> unavailable(const std::string& cause) {
  return fail(errc::wechat_unavailable, {}, "the connection to WeChat " + cause);
}

/// For the operator; httplib's own texts are the names of its enumerators.
std::string describe(httplib::Error failure) {
  switch (failure) {
  case httplib::Error::Connection:
    return "can't be opened";
  case httplib::Error::ConnectionTimeout:
    return "was not accepted in time";
  case httplib::Error::SSLConnection:
    return "failed in its TLS handshake";
  case httplib::Error::SSLServerVerification:
    return "is not trusted: the certificate is of an unknown issuer, expired or another host's";
  case httplib::Error::Read:
    return "broke before the whole reply was there";
  case httplib::Error::Write:
    return "broke before the whole request was sent";
  default:
    return "failed: " + httplib::to_string(failure);
  }
}

/// What became of one request on one connection.
struct attempt {
  reply received;
  httplib::Error failure = httplib::Error::Success;
  /// The connection was open before, so its peer may have closed it while the request was under
  /// way.
  bool reused = true;
  bool answered = false; ///< The header of a reply was read.
  bool oversized = false;
  bool late = false;
};

/// A kept connection that breaks before any answer is the ordinary end of an idle connection, and
/// RFC 9112, section 9.3.1 lets a GET be sent again then. That the peer had used up a login code
/// before it broke can't be ruled out; then WeChat says 40163, the client calls wx.login() once
/// more, and that is no worse for him than an error at once.
bool was_stale(const attempt& outcome) noexcept {
  const bool broke =
      outcome.failure == httplib::Error::Read || outcome.failure == httplib::Error::Write;
  return broke && outcome.reused && !outcome.answered && !outcome.late;
}

class http_transport final : public transport {
public:
  http_transport(const std::string& base_url, std::chrono::milliseconds timeout)
      : client_{require_base_url(base_url)}, timeout_{timeout} {
    client_.set_keep_alive(true);
    client_.set_follow_location(false);
    client_.enable_server_certificate_verification(true);
    client_.set_tcp_nodelay(true);
    client_.set_url_encode(false);
    client_.set_socket_options([this](socket_t socket) {
      connected_ = true;
      watchdog_.watch(socket);
    });
  }

  ~http_transport() override {
    // Closing a TLS connection writes, too.
    const sigpipe_guard no_sigpipe;
    client_.stop();
  }

  result<reply> get(const std::string& target, steady_time deadline) override {
    return call("GET", target, {}, deadline);
  }

  result<reply> post(const std::string& target, const std::string& json,
                     steady_time deadline) override {
    return call("POST", target, json, deadline);
  }

private:
  result<reply> call(const std::string& method, const std::string& target, const std::string& body,
                     steady_time deadline) {
    if (!is_target(target)) return fail(errc::internal, {}, "a target that is not percent-encoded");
    const steady_time due = std::min(deadline, std::chrono::steady_clock::now() + timeout_);
    attempt outcome = send(method, target, body, due);
    if (method == "GET" && was_stale(outcome)) outcome = send(method, target, body, due);
    return judge(std::move(outcome));
  }

  attempt send(const std::string& method, const std::string& target, const std::string& body,
               steady_time due) {
    attempt outcome;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(due - std::chrono::steady_clock::now());
    if (left.count() <= 0) {
      outcome.late = true;
      return outcome;
    }
    client_.set_connection_timeout(left);
    client_.set_read_timeout(left);
    client_.set_write_timeout(left);

    const sigpipe_guard no_sigpipe;
    watchdog_.arm(due);
    drop_unquiet_connection();
    connected_ = false;
    const auto answer = client_.send(make_request(method, target, body, outcome));
    outcome.late = watchdog_.disarm();
    outcome.failure = answer.error();
    outcome.reused = !connected_;
    return outcome;
  }

  /// A kept connection has nothing to say between two calls. Bytes that wait on it are a notice
  /// that it was closed, which httplib overlooks within TLS, or the surplus of an earlier reply,
  /// which must not become the answer to somebody else's login.
  void drop_unquiet_connection() {
    if (client_.is_socket_open() == 0) return;
    pollfd connection{client_.socket(), POLLIN, 0};
    if (poll(&connection, 1, 0) != 0) client_.stop();
  }

  /// A request whose reply is collected in `outcome`, within its bound.
  static httplib::Request make_request(const std::string& method, const std::string& target,
                                       const std::string& body, attempt& outcome) {
    httplib::Request request;
    request.method = method;
    request.path = target;
    // What is compressed can be small on the wire and huge here; these replies gain nothing by it.
    request.set_header("Accept-Encoding", "identity");
    request.set_header("Accept", "application/json");
    if (method == "POST") {
      request.set_header("Content-Type", "application/json");
      request.body = body;
    }
    request.response_handler = [&outcome](const httplib::Response& head) {
      outcome.answered = true;
      outcome.received.status = head.status;
      outcome.received.content_type = head.get_header_value("Content-Type");
      return true;
    };
    request.content_receiver = [&outcome](const char* data, std::size_t size, std::uint64_t,
                                          std::uint64_t) {
      std::string& collected = outcome.received.body;
      outcome.oversized = size > limits::wechat_reply_bytes - collected.size();
      if (!outcome.oversized) collected.append(data, size);
      return !outcome.oversized;
    };
    return request;
  }

  static result<reply> judge(attempt&& outcome) {
    // First: a body without a length ends with its connection, so that one which the watchdog cut
    // looks whole.
    if (outcome.late) return unavailable("had no whole reply before the deadline");
    if (outcome.oversized)
      return unavailable("had a reply of more than " + std::to_string(limits::wechat_reply_bytes) +
                         " bytes");
    if (outcome.failure != httplib::Error::Success) return unavailable(describe(outcome.failure));
    return std::move(outcome.received);
  }

  httplib::Client client_;
  std::chrono::milliseconds timeout_;
  call_watchdog watchdog_;
  bool connected_ = false; ///< A socket was opened since the current request began.
};

} // namespace

std::unique_ptr<transport> make_http_transport(const std::string& base_url,
                                               std::chrono::milliseconds timeout) {
  return std::make_unique<http_transport>(base_url, timeout);
}

} // namespace maque::wechat
