#include "security/signing_key.hpp"

#include "security/base64url.hpp"
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

// In the order of the enumerators.
constexpr std::array<std::string_view, 2> algorithm_names{"HS256", "EdDSA"};

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

result<void> require_length(const secret& master) {
  if (master.reveal().size() >= master_bytes_min) return {};
  return fail(errc::invalid_field, {},
              "the master secret has fewer than " + std::to_string(master_bytes_min) + " bytes");
}

} // namespace

std::string_view to_string(key_algorithm algorithm) noexcept {
  return algorithm_names[static_cast<std::size_t>(algorithm)];
}

std::optional<key_algorithm> parse_key_algorithm(std::string_view name) noexcept {
  for (const key_algorithm each : {key_algorithm::hs256, key_algorithm::eddsa}) {
    if (name == to_string(each)) return each;
  }
  return std::nullopt;
}

result<signing_key> derive_signing_key(const secret& master, key_algorithm algorithm) {
  auto sealing = derive_sealing_key(master);
  if (!sealing) return tl::unexpected{std::move(sealing).error()};
  // A change of these texts logs everyone out.
  const bool is_hmac = algorithm == key_algorithm::hs256;
  const auto kid_purpose = is_hmac ? "maque v1 key id" : "maque v1 key id EdDSA";
  const auto access_purpose = is_hmac ? "maque v1 access token" : "maque v1 access token EdDSA";
  return signing_key{
      .kid = encode_base64url(derive(master, kid_purpose, kid_bytes)),
      .algorithm = algorithm,
      .access_key = secret{derive(master, access_purpose, derived_bytes)},
      .refresh_key = secret{derive(master, "maque v1 refresh token", derived_bytes)},
      .device_key = secret{derive(master, "maque v1 device token", derived_bytes)},
      .sealing = *std::move(sealing),
  };
}

result<sealing_key> derive_sealing_key(const secret& master) {
  // A change of these texts makes what was sealed unreadable.
  return require_length(master).map([&master] {
    return sealing_key{.id = derive(master, "maque v1 sealing key id", sealing_key_id_bytes),
                       .key = secret{derive(master, "maque v1 sealing key", derived_bytes)}};
  });
}

} // namespace maque::security
