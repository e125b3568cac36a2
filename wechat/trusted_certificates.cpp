#include "wechat/trusted_certificates.hpp"

#include <openssl/x509.h>
#include <openssl/x509_vfy.h>

#include <cstdlib>
#include <new>

namespace maque::wechat {
namespace {

std::string trusted_directory() {
  const char* named = std::getenv(X509_get_default_cert_dir_env());
  return named ? named : X509_get_default_cert_dir();
}

} // namespace

trusted_certificates::trusted_certificates()
    : store_{X509_STORE_new(), X509_STORE_free}, directory_{trusted_directory()} {
  // A file that is missing is no failure: nobody is trusted then.
  if (!store_ || X509_STORE_set_default_paths(store_.get()) != 1) throw std::bad_alloc{};
}

X509_STORE* trusted_certificates::share() const {
  X509_STORE_up_ref(store_.get());
  return store_.get();
}

} // namespace maque::wechat
