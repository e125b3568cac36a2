#include "security/sealed.hpp"

#include "security/bytes_of.hpp"
#include "security/random.hpp"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>
#include <string>

namespace maque::security {

namespace {

constexpr std::uint8_t sealed_version = 1;
constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t header_bytes = 1 + sealing_key_id_bytes;

void require_sound(const sealing_key& key) {
  if (key.id.size() != sealing_key_id_bytes ||
      key.key.reveal().size() != crypto_aead_xchacha20poly1305_ietf_KEYBYTES)
    throw std::invalid_argument{"a sealing key has an id of 8 bytes and a key of 32"};
}

std::string header_of(const sealing_key& key) {
  return static_cast<char>(sealed_version) + key.id;
}

/// What is authenticated besides the ciphertext. The lengths in front keep two parts from being
/// taken for two others.
std::string authenticated(const std::string& header, sealing_context context) {
  std::string text = header;
  for (const std::string_view part : context)
    text.append(std::to_string(part.size())).append(":").append(part);
  return text;
}

} // namespace

std::vector<std::uint8_t> seal(const sealing_key& key, const secret& plain,
                               sealing_context context) {
  require_sound(key);
  const std::string header = header_of(key);
  const std::string beside = authenticated(header, context);
  const std::string& text = plain.reveal();
  std::vector<std::uint8_t> sealed(header_bytes + nonce_bytes + text.size() + tag_bytes);
  std::copy(header.begin(), header.end(), sealed.begin());
  const auto nonce = std::span{sealed}.subspan(header_bytes, nonce_bytes);
  fill_random(nonce);
  crypto_aead_xchacha20poly1305_ietf_encrypt(nonce.data() + nonce_bytes, nullptr, bytes_of(text),
                                             text.size(), bytes_of(beside), beside.size(), nullptr,
                                             nonce.data(), bytes_of(key.key.reveal()));
  return sealed;
}

std::optional<secret> open_sealed(const sealing_key& key, std::span<const std::uint8_t> sealed,
                                  sealing_context context) {
  require_sound(key);
  const std::string header = header_of(key);
  if (sealed.size() < header_bytes + nonce_bytes + tag_bytes ||
      !std::equal(header.begin(), header.end(), sealed.begin(), [](char ours, std::uint8_t theirs) {
        return static_cast<std::uint8_t>(ours) == theirs;
      }))
    return std::nullopt;
  const std::string beside = authenticated(header, context);
  const auto nonce = sealed.subspan(header_bytes, nonce_bytes);
  const auto encrypted = sealed.subspan(header_bytes + nonce_bytes);
  std::string text(encrypted.size() - tag_bytes, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(reinterpret_cast<unsigned char*>(text.data()),
                                                 nullptr, nullptr, encrypted.data(),
                                                 encrypted.size(), bytes_of(beside), beside.size(),
                                                 nonce.data(), bytes_of(key.key.reveal())) != 0)
    return std::nullopt;
  return secret{std::move(text)};
}

} // namespace maque::security
