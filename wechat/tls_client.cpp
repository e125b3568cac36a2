#include "wechat/tls_client.hpp"

#include <openssl/x509v3.h>

#include <arpa/inet.h>
#include <array>
#include <new>
#include <sys/socket.h>

namespace maque::wechat {
namespace {

int socket_of(BIO* bio) noexcept {
  return *static_cast<const int*>(BIO_get_data(bio));
}

// OpenSSL's own socket BIO raises SIGPIPE when the peer has closed; what the process does with that
// signal is not for a library to change.
int send_bytes(BIO* bio, const char* bytes, int size) noexcept {
  BIO_clear_retry_flags(bio);
  const auto sent = send(socket_of(bio), bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (sent < 0 && would_block()) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

int receive_bytes(BIO* bio, char* bytes, int size) noexcept {
  BIO_clear_retry_flags(bio);
  const auto received = recv(socket_of(bio), bytes, static_cast<std::size_t>(size), 0);
  if (received < 0 && would_block()) BIO_set_retry_read(bio);
  return static_cast<int>(received);
}

long control(BIO*, int command, long, void*) noexcept {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* make_socket_method() {
  BIO_METHOD* method =
      BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without SIGPIPE");
  if (method == nullptr) throw std::bad_alloc{};
  BIO_meth_set_write(method, send_bytes);
  BIO_meth_set_read(method, receive_bytes);
  BIO_meth_set_ctrl(method, control);
  return method;
}

SSL_CTX* make_context() {
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  if (context == nullptr) throw std::bad_alloc{};
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_default_verify_paths(context);
  // A worker that waits keeps no buffers, of which there are 32 KiB a session.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  return context;
}

bool is_address(const std::string& host) noexcept {
  std::array<unsigned char, 16> bytes{};
  return inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

/// A name is sent to the server (RFC 6066, section 3); an address must not be.
bool expect_host(SSL* session, const std::string& host) noexcept {
  if (is_address(host))
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), host.c_str()) == 1;
  return SSL_set1_host(session, host.c_str()) == 1 &&
         SSL_set_tlsext_host_name(session, host.c_str()) == 1;
}

} // namespace

tls_client::tls_client(const server_url& server)
    : host_{server.host}, socket_method_{make_socket_method()}, context_{make_context()} {}

tls_session tls_client::make_session(const int& socket) const {
  tls_session session{SSL_new(context_.get())};
  BIO* bio = BIO_new(socket_method_.get());
  if (!session || bio == nullptr || !expect_host(session.get(), host_)) {
    BIO_free(bio);
    return nullptr;
  }
  // It only reads through the pointer.
  BIO_set_data(bio, const_cast<int*>(&socket));
  BIO_set_init(bio, 1);
  SSL_set_bio(session.get(), bio, bio);
  return session;
}

} // namespace maque::wechat
