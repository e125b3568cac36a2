#pragma once

#include "wechat/server_url.hpp"

#include <openssl/ssl.h>

#include <cerrno>
#include <memory>

namespace maque::wechat {

/// After a socket's operation that failed: it is to be tried again when the socket is ready.
inline bool would_block() noexcept {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

struct openssl_freer {
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
  void operator()(SSL* session) const noexcept { SSL_free(session); }
  void operator()(BIO_METHOD* method) const noexcept { BIO_meth_free(method); }
};

using tls_session = std::unique_ptr<SSL, openssl_freer>;

/// What all TLS connections to one server share. The certificates that are trusted take about a
/// megabyte: they are loaded once. Thread-safe.
class tls_client {
public:
  /// Trusts whom the system trusts, or the file that SSL_CERT_FILE names. Throws std::bad_alloc.
  explicit tls_client(const server_url& server);

  /// A session over the connected, non-blocking `socket`, which must outlive it and stay where it
  /// is; for SSL_connect(). It fails unless the server's certificate is of an issuer that is
  /// trusted and for its host. Null if there is no memory.
  tls_session make_session(const int& socket) const;

private:
  std::string host_;
  std::unique_ptr<BIO_METHOD, openssl_freer> socket_method_;
  std::unique_ptr<SSL_CTX, openssl_freer> context_;
};

} // namespace maque::wechat
