#pragma once

#include <openssl/evp.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

/// What WeChat does to a mini-program's data, for tests.
namespace maque::test {

inline std::string to_base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

/// Of base64 with its padding.
inline std::string from_base64(std::string_view text) {
  std::string bytes(text.size() / 4 * 3, '\0');
  EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                  reinterpret_cast<const unsigned char*>(text.data()),
                  static_cast<int>(text.size()));
  const auto padding = text.size() - (text.find_last_not_of('=') + 1);
  bytes.resize(bytes.size() - padding);
  return bytes;
}

/// AES-128-CBC of whole blocks, without padding of its own. @param key, iv 16 bytes.
inline std::string encrypt_blocks(const std::string& blocks, const std::string& key,
                                  const std::string& iv) {
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context{
      EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free};
  const auto bytes = [](const std::string& text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  };
  std::string out(blocks.size(), '\0');
  int size = 0;
  EVP_EncryptInit_ex(context.get(), EVP_aes_128_cbc(), nullptr, bytes(key), bytes(iv));
  EVP_CIPHER_CTX_set_padding(context.get(), 0);
  EVP_EncryptUpdate(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                    bytes(blocks), static_cast<int>(blocks.size()));
  if (static_cast<std::size_t>(size) != blocks.size()) throw std::runtime_error{"no whole blocks"};
  return out;
}

/// With PKCS#7; key, iv and result in base64.
inline std::string encrypt_user_data(std::string plain, const std::string& session_key,
                                     const std::string& iv) {
  const std::size_t padding = 16 - plain.size() % 16;
  plain.append(padding, static_cast<char>(padding));
  return to_base64(encrypt_blocks(plain, from_base64(session_key), from_base64(iv)));
}

inline std::string sign_raw_data(const std::string& raw_data, const std::string& session_key) {
  const std::string text = raw_data + session_key;
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, EVP_sha1(), nullptr);
  std::string hex;
  for (unsigned i = 0; i < size; ++i)
    hex.append(1, "0123456789abcdef"[digest[i] / 16]).append(1, "0123456789abcdef"[digest[i] % 16]);
  return hex;
}

} // namespace maque::test
