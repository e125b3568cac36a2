#pragma once

#include "domain/session.hpp"
#include "security/base64url.hpp"
#include "security/signing_key.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <chrono>
#include <string>
#include <string_view>

/// Tokens that are made without the code under test, whatever they say, but with the right key.
namespace maque::test {

inline constexpr utc_time now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 22}};

inline const std::string issuer = "https://maque.example";
inline const std::string audience = "maque-api";

inline security::signing_key make_key(char fill = 'k') {
  return security::derive_signing_key(secret{std::string(32, fill)}).value();
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

/// A token of parts that are encoded already.
inline std::string sign_parts(const security::signing_key& key, std::string_view header,
                              std::string_view payload) {
  const std::string input = std::string{header} + "." + std::string{payload};
  return input + "." + security::encode_base64url(hmac(key.access_key.reveal(), input));
}

inline std::string header_json(const security::signing_key& key) {
  return R"({"alg":"HS256","typ":"at+jwt","kid":")" + key.kid + R"("})";
}

inline std::string sign_json(const security::signing_key& key, std::string_view header,
                             std::string_view payload) {
  return sign_parts(key, security::encode_base64url(header), security::encode_base64url(payload));
}

} // namespace maque::test
