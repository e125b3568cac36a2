#pragma once

#include "domain/session.hpp"
#include "security/base64url.hpp"
#include "security/signing_key.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

/// Tokens that are made without the code under test, whatever they say, but with the right key.
namespace maque::test {

inline constexpr utc_time now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};

inline const std::string issuer = "https://maque.example";
inline const std::string audience = "maque-api";

inline security::signing_key
make_key(char fill = 'k', security::key_algorithm algorithm = security::key_algorithm::hs256) {
  return security::derive_signing_key(secret{std::string(32, fill)}, algorithm).value();
}

inline access_claims make_claims() {
  return {.user = {1234567890123456789},
          .session = {987654321098765432},
          .role = user_role::user,
          .issued_at = now,
          .expires_at = now + std::chrono::minutes{15}};
}

/// OpenSSL's one-shot function, which the code under test doesn't use.
inline std::string hmac(std::string_view key, std::string_view message) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest, &size);
  return {reinterpret_cast<const char*>(digest), size};
}

/// An Ed25519 key as OpenSSL has it; the code under test uses libsodium.
inline std::shared_ptr<EVP_PKEY> openssl_key(const security::signing_key& key) {
  const std::string& seed = key.access_key.reveal();
  return {EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr,
                                       reinterpret_cast<const unsigned char*>(seed.data()),
                                       seed.size()),
          EVP_PKEY_free};
}

inline std::string ed25519_public_key(const security::signing_key& key) {
  std::string bytes(32, '\0');
  std::size_t size = bytes.size();
  EVP_PKEY_get_raw_public_key(openssl_key(key).get(),
                              reinterpret_cast<unsigned char*>(bytes.data()), &size);
  return bytes;
}

inline std::string ed25519(const security::signing_key& key, std::string_view message) {
  const std::shared_ptr<EVP_PKEY> pair = openssl_key(key);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free};
  std::string signature(64, '\0');
  std::size_t size = signature.size();
  EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, pair.get());
  EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                 reinterpret_cast<const unsigned char*>(message.data()), message.size());
  return signature;
}

inline std::string signature_of(const security::signing_key& key, std::string_view message) {
  return key.algorithm == security::key_algorithm::eddsa ? ed25519(key, message)
                                                         : hmac(key.access_key.reveal(), message);
}

/// A token of parts that are encoded already.
inline std::string sign_parts(const security::signing_key& key, std::string_view header,
                              std::string_view payload) {
  const std::string input = std::string{header} + "." + std::string{payload};
  return input + "." + security::encode_base64url(signature_of(key, input));
}

inline std::string header_json(const security::signing_key& key) {
  return R"({"alg":")" + std::string{to_string(key.algorithm)} + R"(","typ":"at+jwt","kid":")" +
         key.kid + R"("})";
}

inline std::string sign_json(const security::signing_key& key, std::string_view header,
                             std::string_view payload) {
  return sign_parts(key, security::encode_base64url(header), security::encode_base64url(payload));
}

} // namespace maque::test
