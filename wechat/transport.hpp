#pragma once

#include "domain/errors.hpp"
#include "domain/time.hpp"

#include <memory>
#include <string>

namespace maque::wechat {

/// What came back from WeChat, undecoded.
struct reply {
  int status = 0;
  std::string content_type;
  std::string body;
};

/// A way to WeChat's servers, for the use of one thread; blocking.
class transport {
public:
  virtual ~transport() = default;

  /// The `traceparent` header of the calls that follow (W3C Trace Context); empty: they have none.
  /// A transport that has no headers does nothing.
  virtual void continue_trace(const std::string& traceparent) { static_cast<void>(traceparent); }

  /// @param target path and query, already percent-encoded. May hold secrets: it is never logged.
  /// Fails with wechat_unavailable (no connection, no answer before `deadline`, reply over
  /// limits::wechat_reply_bytes).
  virtual result<reply> get(const std::string& target, steady_time deadline) = 0;
  virtual result<reply> post(const std::string& target, const std::string& json,
                             steady_time deadline) = 0;
};

/// Makes transports to one server that share what each needs and one is enough of: the thread that
/// watches their deadlines, and the certificates that this machine trusts, which are read when a
/// connector to an https server is made. A copy shares them, too, and they live as long as anybody
/// uses them. Safe for use by several threads.
class http_connector {
public:
  /// `base_url` is "https://host[:port]" or "http://host[:port]", anything else is a
  /// std::invalid_argument; `timeout` bounds each call even if the deadline is later.
  http_connector(const std::string& base_url, std::chrono::milliseconds timeout);

  /// HTTP(S) with keep-alive and verified certificates; redirects are not followed. Opens the
  /// connection at the first call.
  ///
  /// The bound is on the whole call, however slowly a peer drips its answer. What it doesn't bound
  /// is the resolver: a name server that is silent holds a call for as long as resolv.conf says.
  ///
  /// A get() over a kept connection that breaks before the header of an answer was read is sent
  /// once more over a new one; a post() never is.
  std::unique_ptr<transport> connect() const;

private:
  struct shared_parts;
  std::shared_ptr<const shared_parts> parts_;
};

/// The only transport of a connector of its own.
std::unique_ptr<transport> make_http_transport(const std::string& base_url,
                                               std::chrono::milliseconds timeout);

} // namespace maque::wechat
