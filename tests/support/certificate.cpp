#include "support/certificate.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <stdexcept>

namespace maque::test {
namespace {

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

using certificate_ptr = std::unique_ptr<X509, freed_by<X509_free>>;
using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using extension_ptr = std::unique_ptr<X509_EXTENSION, freed_by<X509_EXTENSION_free>>;
using file_ptr = std::unique_ptr<std::FILE, freed_by<std::fclose>>;

certificate_ptr make_certificate(EVP_PKEY* key, const std::string& subject_alternative_name) {
  constexpr long hour = 3600;
  certificate_ptr made{X509_new()};
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -hour);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), hour);
  X509_set_pubkey(made.get(), key);

  X509_NAME* name = X509_get_subject_name(made.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
  X509_set_issuer_name(made.get(), name);

  const extension_ptr extension{X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name,
                                                    subject_alternative_name.c_str())};
  X509_add_ext(made.get(), extension.get(), -1);
  if (X509_sign(made.get(), key, EVP_sha256()) == 0)
    throw std::runtime_error{"the certificate can't be signed"};
  return made;
}

file_ptr open_for_writing(const std::filesystem::path& path) {
  file_ptr file{std::fopen(path.c_str(), "w")};
  if (!file) throw std::runtime_error{"can't write " + path.string()};
  return file;
}

} // namespace

void write_certificate(const std::filesystem::path& certificate, const std::filesystem::path& key,
                       const std::string& subject_alternative_name) {
  const key_ptr pair{EVP_EC_gen("P-256")};
  const auto made = make_certificate(pair.get(), subject_alternative_name);
  PEM_write_X509(open_for_writing(certificate).get(), made.get());
  PEM_write_PrivateKey(open_for_writing(key).get(), pair.get(), nullptr, nullptr, 0, nullptr,
                       nullptr);
}

} // namespace maque::test
