#include "domain/limits.hpp"
#include "wechat/call_watchdog.hpp"
#include "wechat/sigpipe_guard.hpp"
#include "wechat/transport.hpp"
#include "wechat/trusted_certificates.hpp"

#include <httplib.h>

#include <algorithm>
#include <optional>
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

tl::unexpected<error> not_encoded() {
  return fail(errc::internal, {}, "a target that is not percent-encoded");
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

/// Lets a client trust the certificates that all share. As a directory it gets one that the shared
/// certificates have already; without any it would read all of them again before it connects.
void trust(httplib::Client& client, const trusted_certificates& trusted) {
  client.set_ca_cert_store(trusted.share());
  client.set_ca_cert_path("", trusted.directory());
  // A worker that waits needs no buffers of 16 KiB and more.
  SSL_CTX_set_mode(client.ssl_context(), SSL_MODE_RELEASE_BUFFERS);
}

class http_transport final : public transport {
public:
  http_transport(const std::string& base_url, std::chrono::milliseconds timeout,
                 std::shared_ptr<deadline_watchdog> watchdog, const trusted_certificates* trusted)
      : client_{base_url}, timeout_{timeout}, watchdog_{std::move(watchdog)} {
    if (trusted) trust(client_, *trusted);
    client_.set_keep_alive(true);
    client_.set_follow_location(false);
    client_.enable_server_certificate_verification(true);
    client_.set_tcp_nodelay(true);
    client_.set_url_encode(false);
    client_.set_socket_options([this](socket_t socket) {
      connected_ = true;
      watchdog_.watch(socket);
    });
    prepare(get_, "GET");
    prepare(post_, "POST");
    post_.set_header("Content-Type", "application/json");
  }

  ~http_transport() override {
    // Closing a TLS connection writes, too.
    const sigpipe_guard no_sigpipe;
    client_.stop();
  }

  void continue_trace(const std::string& traceparent) override {
    for (httplib::Request* const request : {&get_, &post_}) {
      request->headers.erase("traceparent");
      if (!traceparent.empty()) request->set_header("traceparent", traceparent);
    }
  }

  result<reply> get(const std::string& target, steady_time deadline) override {
    if (!is_target(target)) return not_encoded();
    const steady_time due = bound(deadline);
    get_.path = target;
    send(get_, due);
    if (was_stale(outcome_)) send(get_, due);
    return judge();
  }

  result<reply> post(const std::string& target, const std::string& json,
                     steady_time deadline) override {
    if (!is_target(target)) return not_encoded();
    post_.path = target;
    post_.body = json;
    // httplib counts the body only where nobody has.
    post_.headers.erase("Content-Length");
    send(post_, bound(deadline));
    return judge();
  }

private:
  /// All of a request that stays the same from call to call; its reply is collected in `outcome_`,
  /// within its bound.
  void prepare(httplib::Request& request, const char* method) {
    request.method = method;
    // What is compressed can be small on the wire and huge here; these replies gain nothing by it.
    request.set_header("Accept-Encoding", "identity");
    request.set_header("Accept", "application/json");
    request.response_handler = [this](const httplib::Response& head) {
      outcome_.answered = true;
      outcome_.received.status = head.status;
      outcome_.received.content_type = head.get_header_value("Content-Type");
      return true;
    };
    request.content_receiver = [this](const char* data, std::size_t size, std::uint64_t,
                                      std::uint64_t) {
      std::string& collected = outcome_.received.body;
      outcome_.oversized = size > limits::wechat_reply_bytes - collected.size();
      if (!outcome_.oversized) collected.append(data, size);
      return !outcome_.oversized;
    };
  }

  steady_time bound(steady_time deadline) const {
    return std::min(deadline, std::chrono::steady_clock::now() + timeout_);
  }

  void send(httplib::Request& request, steady_time due) {
    outcome_ = {};
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(due - std::chrono::steady_clock::now());
    if (left.count() <= 0) {
      outcome_.late = true;
      return;
    }
    client_.set_connection_timeout(left);
    client_.set_read_timeout(left);
    client_.set_write_timeout(left);

    const sigpipe_guard no_sigpipe;
    watchdog_.arm(due);
    drop_unquiet_connection();
    connected_ = false;
    httplib::Response response;
    client_.send(request, response, outcome_.failure);
    outcome_.late = watchdog_.disarm();
    outcome_.reused = !connected_;
  }

  /// A kept connection has nothing to say between two calls. Bytes that wait on it are a notice
  /// that it was closed, which httplib overlooks within TLS, or the surplus of an earlier reply,
  /// which must not become the answer to somebody else's login.
  void drop_unquiet_connection() {
    if (client_.is_socket_open() == 0) return;
    pollfd connection{client_.socket(), POLLIN, 0};
    if (poll(&connection, 1, 0) != 0) client_.stop();
  }

  result<reply> judge() {
    // First: a body without a length ends with its connection, so that one which the watchdog cut
    // looks whole.
    if (outcome_.late) return unavailable("had no whole reply before the deadline");
    if (outcome_.oversized)
      return unavailable("had a reply of more than " + std::to_string(limits::wechat_reply_bytes) +
                         " bytes");
    if (outcome_.failure != httplib::Error::Success) return unavailable(describe(outcome_.failure));
    return std::move(outcome_.received);
  }

  httplib::Client client_;
  std::chrono::milliseconds timeout_;
  call_watchdog watchdog_;
  httplib::Request get_;
  httplib::Request post_;
  attempt outcome_;        ///< Of the current request.
  bool connected_ = false; ///< A socket was opened since the current request began.
};

} // namespace

/// What the transports of a connector share.
struct http_connector::shared_parts {
  std::string base_url;
  std::chrono::milliseconds timeout;
  std::shared_ptr<deadline_watchdog> watchdog = std::make_shared<deadline_watchdog>();
  std::optional<trusted_certificates> trusted = std::nullopt; ///< Set for https.
};

http_connector::http_connector(const std::string& base_url, std::chrono::milliseconds timeout) {
  shared_parts parts{require_base_url(base_url), timeout};
  if (base_url.starts_with("https:")) parts.trusted.emplace();
  parts_ = std::make_shared<const shared_parts>(std::move(parts));
}

std::unique_ptr<transport> http_connector::connect() const {
  return std::make_unique<http_transport>(parts_->base_url, parts_->timeout, parts_->watchdog,
                                          parts_->trusted ? &*parts_->trusted : nullptr);
}

std::unique_ptr<transport> make_http_transport(const std::string& base_url,
                                               std::chrono::milliseconds timeout) {
  return http_connector{base_url, timeout}.connect();
}

} // namespace maque::wechat
