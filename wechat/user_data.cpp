#include "wechat/user_data.hpp"

#include "domain/limits.hpp"
#include "wechat/bounds.hpp"
#include "wechat/cipher.hpp"

#include <nlohmann/json.hpp>
#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <stdexcept>

namespace maque::wechat {
namespace {

using nlohmann::ordered_json;

using block = std::array<std::uint8_t, aes_block_bytes>;

const unsigned char* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

/// Its last digit may have stray bits, which OpenSSL lets through: see decode_identity().
std::optional<block> decode_key(const secret& session_key) {
  const std::string& text = session_key.reveal();
  std::array<unsigned char, bounds::session_key_characters / 4 * 3> bytes{};
  const bool decoded = text.size() == bounds::session_key_characters && text.ends_with("==") &&
                       EVP_DecodeBlock(bytes.data(), bytes_of(text),
                                       static_cast<int>(text.size())) == int{bytes.size()};
  block key{};
  std::copy_n(bytes.begin(), key.size(), key.begin());
  sodium_memzero(bytes.data(), bytes.size());
  return decoded ? std::optional{key} : std::nullopt;
}

/// Nothing if it isn't JSON; or nested so deeply that it could not be written again.
std::optional<ordered_json> parse(const std::string& text) {
  bool too_deep = false;
  const auto count_depth = [&](int depth, ordered_json::parse_event_t, ordered_json&) {
    too_deep = too_deep || depth > int{limits::json_depth};
    return !too_deep;
  };
  // The library takes a NUL for the end of the text, whatever follows.
  const bool has_nul = text.find('\0') != std::string::npos;
  auto parsed = ordered_json::parse(text, count_depth, /*allow_exceptions=*/false);
  if (has_nul || too_deep || !parsed.is_object()) return std::nullopt;
  return parsed;
}

bool has_watermark(const ordered_json& object, std::string_view appid) {
  const auto watermark = object.find("watermark");
  if (watermark == object.end() || !watermark->is_object()) return false;
  const auto named = watermark->find("appid");
  return named != watermark->end() && named->is_string() &&
         named->get_ref<const std::string&>() == appid;
}

} // namespace

result<std::string> decrypt_user_data(std::string_view encrypted_data, std::string_view iv,
                                      const secret& session_key, std::string_view appid) {
  if (encrypted_data.size() > limits::encrypted_data_bytes) return fail(errc::bad_encrypted_data);
  const auto encrypted = decode_base64(encrypted_data);
  const auto vector = decode_base64(iv);
  auto key = decode_key(session_key);
  if (!encrypted || encrypted->empty() || encrypted->size() % aes_block_bytes != 0 || !vector ||
      vector->size() != aes_block_bytes || !key)
    return fail(errc::bad_encrypted_data);

  std::string plain = decrypt_cbc(*encrypted, *key, *vector);
  sodium_memzero(key->data(), key->size());
  const bool is_padded = remove_padding(plain, aes_block_bytes);
  const auto object = parse(plain);
  if (!is_padded || !object || !has_watermark(*object, appid))
    return fail(errc::bad_encrypted_data);
  return object->dump();
}

bool is_signed(std::string_view raw_data, std::string_view signature, const secret& session_key) {
  std::string signed_text{raw_data};
  signed_text += session_key.reveal();
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const bool hashed = EVP_Digest(signed_text.data(), signed_text.size(), digest.data(), &size,
                                 EVP_sha1(), nullptr) == 1;
  sodium_memzero(signed_text.data(), signed_text.size());
  if (!hashed) throw std::runtime_error{"OpenSSL has no SHA-1"};
  std::array<char, 2 * EVP_MAX_MD_SIZE + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), digest.data(), size);
  return signature.size() == std::size_t{2} * size &&
         sodium_memcmp(hex.data(), signature.data(), signature.size()) == 0;
}

} // namespace maque::wechat
