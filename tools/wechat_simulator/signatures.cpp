#include "wechat_simulator/signatures.hpp"

#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <span>
#include <stdexcept>

namespace maque::wechat_simulator {
namespace {

std::string hex_of(std::span<const unsigned char> bytes) {
  std::string text(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
  text.pop_back(); // The terminator.
  return text;
}

const unsigned char* unsigned_data(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

} // namespace

std::string sign_session(std::string_view session_key) {
  crypto_auth_hmacsha256_state state;
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
  crypto_auth_hmacsha256_init(&state, unsigned_data(session_key), session_key.size());
  crypto_auth_hmacsha256_final(&state, mac.data());
  return hex_of(mac);
}

std::string sha1_hex(std::string_view text) {
  std::array<unsigned char, 20> hash{};
  if (EVP_Digest(text.data(), text.size(), hash.data(), nullptr, EVP_sha1(), nullptr) != 1)
    throw std::runtime_error{"OpenSSL failed to make a SHA-1"};
  return hex_of(hash);
}

std::string sign_sorted(std::vector<std::string> parts) {
  std::ranges::sort(parts);
  std::string joined;
  for (const auto& part : parts)
    joined += part;
  return sha1_hex(joined);
}

} // namespace maque::wechat_simulator
