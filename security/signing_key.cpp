#include "security/signing_key.hpp"

#include "security/base64url.hpp"
#include "security/key_file.hpp"
#include "security/openssl_handle.hpp"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <array>
#include <cstddef>
#include <stdexcept>
#include <string_view>

namespace maque::security {

namespace {

constexpr std::size_t master_bytes_min = 32;
constexpr std::size_t derived_bytes = 32;
constexpr std::size_t kid_bytes = 9; // 12 characters of base64url

// HKDF-SHA256 (RFC 5869) without salt. `purpose` is its info: outputs of different purposes tell
// nothing of each other, nor of the master secret.
std::string derive(const secret& master, std::string_view purpose, std::size_t size) {
  const openssl_handle<EVP_KDF, EVP_KDF_free> algorithm{
      EVP_KDF_fetch(nullptr, OSSL_KDF_NAME_HKDF, nullptr)};
  const openssl_handle<EVP_KDF_CTX, EVP_KDF_CTX_free> derivation{EVP_KDF_CTX_new(algorithm.get())};

  // OpenSSL takes its input through pointers to what is not const.
  std::string digest = "SHA256";
  std::string input = master.reveal();
  std::string info{purpose};
  const std::array parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, input.data(), input.size()),
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
      OSSL_PARAM_construct_end(),
  };

  std::string output(size, '\0');
  if (!derivation ||
      EVP_KDF_derive(derivation.get(), reinterpret_cast<unsigned char*>(output.data()),
                     output.size(), parameters.data()) != 1) {
    throw std::runtime_error{"OpenSSL has no HKDF-SHA256"};
  }
  return output;
}

} // namespace

result<signing_key> derive_signing_key(const secret& master) {
  if (master.reveal().size() < master_bytes_min) {
    return fail(errc::invalid_field, {},
                "the master secret has fewer than " + std::to_string(master_bytes_min) + " bytes");
  }
  // A change of these texts logs everyone out.
  return signing_key{
      .kid = encode_base64url(derive(master, "maque v1 key id", kid_bytes)),
      .access_key = secret{derive(master, "maque v1 access token", derived_bytes)},
      .refresh_key = secret{derive(master, "maque v1 refresh token", derived_bytes)},
  };
}

result<signing_key> load_or_create_signing_key(const std::filesystem::path& file) {
  return load_or_create_key_file(file).and_then(derive_signing_key);
}

} // namespace maque::security
