#include "wechat_simulator/cipher.hpp"

#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace maque::wechat_simulator {
namespace {

struct cipher_freer {
  void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};

constexpr std::size_t aes_block = 16;

const unsigned char* as_unsigned(const std::string& bytes) noexcept {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

unsigned char* as_unsigned(std::string& bytes) noexcept {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

} // namespace

std::string encrypt_cbc(std::string plain, const std::string& key, const std::string& iv,
                        std::size_t padding_block) {
  if ((key.size() != 16 && key.size() != 32) || iv.size() != aes_block)
    throw std::invalid_argument{"a key of 16 or 32 bytes, and an iv of 16"};
  const std::size_t padding = padding_block - plain.size() % padding_block;
  plain.append(padding, static_cast<char>(padding));

  const std::unique_ptr<EVP_CIPHER_CTX, cipher_freer> context{EVP_CIPHER_CTX_new()};
  const EVP_CIPHER* cipher = key.size() == 16 ? EVP_aes_128_cbc() : EVP_aes_256_cbc();
  std::string encrypted(plain.size(), '\0');
  int size = 0;
  if (!context ||
      EVP_EncryptInit_ex(context.get(), cipher, nullptr, as_unsigned(key), as_unsigned(iv)) != 1 ||
      EVP_CIPHER_CTX_set_padding(context.get(), 0) != 1 ||
      EVP_EncryptUpdate(context.get(), as_unsigned(encrypted), &size, as_unsigned(plain),
                        static_cast<int>(plain.size())) != 1 ||
      static_cast<std::size_t>(size) != encrypted.size())
    throw std::runtime_error{"OpenSSL failed to encrypt AES-CBC"};
  return encrypted;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return std::nullopt;
  const auto padding = std::min<std::size_t>(text.size() - text.find_last_not_of('=') - 1, 2);
  const std::string terminated{text};
  std::string bytes(text.size() / 4 * 3, '\0');
  if (EVP_DecodeBlock(as_unsigned(bytes), as_unsigned(terminated),
                      static_cast<int>(terminated.size())) != static_cast<int>(bytes.size()))
    return std::nullopt;
  bytes.resize(bytes.size() - padding);
  return bytes;
}

std::string to_base64_text(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  text.pop_back(); // The terminator.
  return text;
}

} // namespace maque::wechat_simulator
