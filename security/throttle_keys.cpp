#include "security/throttle_keys.hpp"

#include <sodium.h>

#include <string>

namespace maque::security {

namespace {

/// The length in front keeps two parts from being taken for two others.
throttle_key hash(std::string_view kind, std::string_view first, std::string_view second = {}) {
  std::string text{kind};
  text.append(":").append(std::to_string(first.size())).append(":").append(first).append(second);
  throttle_key key;
  static_assert(std::tuple_size_v<decltype(key.digest)> == crypto_hash_sha256_BYTES);
  crypto_hash_sha256(key.digest.data(), reinterpret_cast<const unsigned char*>(text.data()),
                     text.size());
  return key;
}

} // namespace

throttle_key account_throttle(std::string_view name) {
  return hash("account", name);
}

throttle_key source_throttle(std::string_view source) {
  return hash("source", source);
}

throttle_key pair_throttle(std::string_view name, std::string_view source) {
  return hash("pair", name, source);
}

throttle_key device_throttle(std::string_view name, const device_id& device) {
  return hash("device", name, {reinterpret_cast<const char*>(device.data()), device.size()});
}

throttle_key session_throttle(session_id session) {
  return hash("session", to_string(session));
}

throttle_key registration_throttle(std::string_view source) {
  return hash("registration", source);
}

throttle_key naming_throttle(user_id user) {
  return hash("naming", to_string(user));
}

} // namespace maque::security
