#include "security/device_token.hpp"

#include "domain/limits.hpp"
#include "security/base64url.hpp"
#include "security/hmac_sha256.hpp"

#include <algorithm>
#include <span>

namespace maque::security {

namespace {

// version (1) | device (16) | HMAC (32)
constexpr std::uint8_t device_token_version = 1;
constexpr std::size_t device_at = 1;
constexpr std::size_t device_hmac_at = device_at + std::tuple_size_v<device_id>;
constexpr std::size_t device_token_size = device_hmac_at + std::tuple_size_v<hmac_digest>;

using token_of_device = std::array<std::uint8_t, device_token_size>;

constexpr std::size_t device_encoded_size = (device_token_size * 8 + 5) / 6;
static_assert(device_encoded_size <= limits::device_token_bytes);

hmac_digest authenticate(const token_of_device& bytes, std::string_view username,
                         const signing_key& key) {
  std::string message(reinterpret_cast<const char*>(bytes.data()), device_hmac_at);
  message += username;
  return hmac_sha256{key.device_key.reveal()}(message);
}

} // namespace

std::string encode_device_token(const device_id& device, std::string_view username,
                                const key_ring& keys, utc_time now) {
  token_of_device bytes{device_token_version};
  std::ranges::copy(device, &bytes[device_at]);
  std::ranges::copy(authenticate(bytes, username, keys.signer(now).key), &bytes[device_hmac_at]);
  return encode_base64url(bytes);
}

std::optional<device_id> decode_device_token(std::string_view text, std::string_view username,
                                             const key_ring& keys, utc_time now) {
  if (text.size() != device_encoded_size) return std::nullopt;
  const auto decoded = decode_base64url(text);
  if (!decoded) return std::nullopt;
  token_of_device bytes;
  std::ranges::copy(*decoded, bytes.begin());
  hmac_digest presented;
  std::ranges::copy(std::span{bytes}.last<std::tuple_size_v<hmac_digest>>(), presented.begin());
  const bool is_genuine = std::ranges::any_of(keys.keys(), [&](const timed_key& each) {
    return now < each.refresh_until && equal(presented, authenticate(bytes, username, each.key));
  });
  if (!is_genuine || bytes[0] != device_token_version) return std::nullopt;

  device_id device;
  std::ranges::copy(std::span{bytes}.subspan<device_at, std::tuple_size_v<device_id>>(),
                    device.begin());
  return device;
}

} // namespace maque::security
