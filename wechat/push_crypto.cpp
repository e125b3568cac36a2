#include "wechat/push_crypto.hpp"

#include "domain/limits.hpp"
#include "wechat/bounds.hpp"
#include "wechat/cipher.hpp"

#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <vector>

namespace maque::wechat {
namespace {

constexpr std::size_t random_bytes = 16;
constexpr std::size_t length_bytes = 4;
constexpr std::size_t padding_block_bytes = 32;

/// Wiped when it is not needed any more.
class push_key {
public:
  static std::optional<push_key> of(const secret& aes_key) {
    if (!is_push_key(aes_key)) return std::nullopt;
    // OpenSSL lets stray bits of the last digit through.
    const secret padded{aes_key.reveal() + '='};
    std::array<unsigned char, 33> decoded{};
    const int size = EVP_DecodeBlock(decoded.data(),
                                     reinterpret_cast<const unsigned char*>(padded.reveal().data()),
                                     static_cast<int>(padded.reveal().size()));
    push_key made;
    std::copy_n(decoded.begin(), made.bytes_.size(), made.bytes_.begin());
    sodium_memzero(decoded.data(), decoded.size());
    return size == int{decoded.size()} ? std::optional{made} : std::nullopt;
  }
  ~push_key() { sodium_memzero(bytes_.data(), bytes_.size()); }
  push_key(const push_key&) = default;
  push_key& operator=(const push_key&) = default;

  std::span<const std::uint8_t> bytes() const noexcept { return bytes_; }
  std::span<const std::uint8_t> iv() const noexcept { return bytes().first(aes_block_bytes); }

private:
  push_key() = default;

  std::array<std::uint8_t, 32> bytes_{};
};

std::optional<std::int64_t> parse_seconds(std::string_view text) noexcept {
  std::int64_t seconds = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, seconds);
  const bool whole = failure == std::errc{} && stop == end && seconds >= 0;
  return whole && text.size() <= bounds::timestamp_characters ? std::optional{seconds}
                                                              : std::nullopt;
}

bool is_timely(std::int64_t seconds, utc_time now) noexcept {
  const auto age =
      std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count() - seconds;
  return age <= limits::push_age.count() && -age <= limits::push_age.count();
}

/// What stands between the random bytes and the appid; nothing if it is not laid out so.
std::optional<std::string> unpack(const std::string& plain, std::string_view appid) {
  constexpr std::size_t head = random_bytes + length_bytes;
  if (plain.size() < head) return std::nullopt;
  std::size_t length = 0;
  for (std::size_t at = random_bytes; at < head; ++at)
    length = length << 8U | static_cast<std::uint8_t>(plain[at]);
  if (length > plain.size() - head) return std::nullopt;
  if (std::string_view{plain}.substr(head + length) != appid) return std::nullopt;
  return plain.substr(head, length);
}

} // namespace

std::string sign_push(const secret& token, std::string_view timestamp, std::string_view nonce,
                      std::string_view encrypted) {
  std::array<std::string_view, 4> parts{token.reveal(), timestamp, nonce, encrypted};
  // Nothing encrypted sorts to the front and adds nothing.
  std::ranges::sort(parts);
  secret joined;
  std::string& text = joined.mutable_value();
  text.reserve(token.reveal().size() + timestamp.size() + nonce.size() + encrypted.size());
  for (const std::string_view part : parts)
    text += part;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr) != 1)
    throw std::runtime_error{"OpenSSL has no SHA-1"};
  std::string hex(std::size_t{2} * size + 1, '\0');
  sodium_bin2hex(hex.data(), hex.size(), digest.data(), size);
  hex.pop_back(); // Its NUL.
  return hex;
}

result<void> verify_push(const secret& token, const push_proof& proof, std::string_view encrypted,
                         utc_time now) {
  // Without a token everybody could sign.
  if (token.empty()) return fail(errc::forbidden, {}, "no push_token is set");
  const std::string expected = sign_push(token, proof.timestamp, proof.nonce, encrypted);
  if (proof.signature.size() != expected.size() ||
      sodium_memcmp(expected.data(), proof.signature.data(), expected.size()) != 0)
    return fail(errc::forbidden, {}, "wrong signature of a push");
  const auto seconds = parse_seconds(proof.timestamp);
  if (!seconds || !is_timely(*seconds, now))
    return fail(errc::forbidden, {}, "a push whose time is not now");
  return {};
}

result<std::string> decrypt_push(std::string_view encrypted, const secret& aes_key,
                                 std::string_view appid) {
  const auto refused = fail(errc::forbidden, {}, "a push that can't be decrypted for this appid");
  const auto key = push_key::of(aes_key);
  const auto bytes = decode_base64(encrypted);
  if (!key || !bytes || bytes->empty() || bytes->size() % padding_block_bytes != 0) return refused;
  std::string plain = decrypt_cbc(*bytes, key->bytes(), key->iv());
  const bool is_padded = remove_padding(plain, padding_block_bytes);
  auto message = unpack(plain, appid);
  if (!is_padded || !message) return refused;
  return std::move(*message);
}

result<std::string> encrypt_push(std::string_view message, const secret& aes_key,
                                 std::string_view appid, std::string_view random) {
  const auto key = push_key::of(aes_key);
  if (!key || random.size() != random_bytes)
    return fail(errc::internal, {}, "no key, or no 16 random bytes");
  std::string plain{random};
  for (unsigned shift = 8 * length_bytes; shift > 0; shift -= 8)
    plain += static_cast<char>(static_cast<std::uint8_t>(message.size() >> (shift - 8)));
  plain.append(message).append(appid);
  const std::size_t padding = padding_block_bytes - plain.size() % padding_block_bytes;
  plain.append(padding, static_cast<char>(padding));
  return encode_base64(encrypt_cbc(plain, key->bytes(), key->iv()));
}

bool is_push_key(const secret& aes_key) noexcept {
  const std::string& text = aes_key.reveal();
  return text.size() == bounds::push_key_characters && std::ranges::all_of(text, [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  c == '+' || c == '/';
         });
}

} // namespace maque::wechat
