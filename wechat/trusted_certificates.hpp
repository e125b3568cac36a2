#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>

namespace maque::wechat {

/// The certificates that this machine trusts, read once for all the connections that share them:
/// each would keep a copy of about a megabyte otherwise, and take 20 ms to read it. OpenSSL names
/// the places: the file and the directory of its build, or those of SSL_CERT_FILE and SSL_CERT_DIR.
/// Copies share the same certificates. Safe for use by several threads.
class trusted_certificates {
public:
  trusted_certificates();

  /// One more reference for a taker that will give it back with X509_STORE_free().
  X509_STORE* share() const;
  /// Where OpenSSL looks for a certificate that was not in the file, by its name; may be empty.
  const std::string& directory() const noexcept { return directory_; }

private:
  std::shared_ptr<X509_STORE> store_;
  std::string directory_;
};

} // namespace maque::wechat
