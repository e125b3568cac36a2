#include "wechat_simulator/identity.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace maque::wechat_simulator {
namespace {

constexpr std::size_t name_bytes = 32;
constexpr std::size_t openid_bytes = 28;

bool is_name_character(char c) noexcept {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

std::string to_base64(std::span<const std::uint8_t> bytes, int variant) {
  std::string text(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), variant);
  text.pop_back(); // The terminator, which libsodium counts.
  return text;
}

std::string derive(std::string_view kind, std::string_view scope, std::string_view name) {
  std::string input{kind};
  // Neither scope nor name can move a character to the other: the separator is in no name.
  input.append("\n").append(scope).append("\n").append(name);
  std::array<std::uint8_t, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(input.data()),
                     input.size());
  return ("o" + to_base64(hash, sodium_base64_VARIANT_URLSAFE_NO_PADDING)).substr(0, openid_bytes);
}

} // namespace

bool is_user_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= name_bytes && std::ranges::all_of(name, is_name_character);
}

std::string derive_openid(std::string_view appid, std::string_view name) {
  return derive("openid", appid, name);
}

bool looks_like_openid(std::string_view openid) noexcept {
  return openid.size() == openid_bytes && openid.starts_with('o') &&
         std::ranges::all_of(openid, is_name_character);
}

bool has_unionid(std::string_view name) noexcept {
  return name.starts_with("union");
}

std::string derive_unionid(std::string_view name) {
  return derive("unionid", {}, name);
}

std::string make_session_key() {
  std::array<std::uint8_t, 16> key{};
  randombytes_buf(key.data(), key.size());
  return to_base64(key, sodium_base64_VARIANT_ORIGINAL);
}

std::string random_text(std::size_t bytes) {
  std::vector<std::uint8_t> random(bytes);
  randombytes_buf(random.data(), random.size());
  return to_base64(random, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

} // namespace maque::wechat_simulator
