#include "wechat/cipher.hpp"

#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace maque::wechat {
namespace {

struct cipher_freer {
  void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
};

const EVP_CIPHER* cbc_of(std::span<const std::uint8_t> key) {
  return key.size() == 32 ? EVP_aes_256_cbc() : EVP_aes_128_cbc();
}

/// Whole blocks in one direction, without padding of OpenSSL's own.
std::string run_cbc(std::span<const std::uint8_t> in, std::span<const std::uint8_t> key,
                    std::span<const std::uint8_t> iv, bool encrypting) {
  const std::unique_ptr<EVP_CIPHER_CTX, cipher_freer> context{EVP_CIPHER_CTX_new()};
  std::string out(in.size(), '\0');
  int size = 0;
  if (!context ||
      EVP_CipherInit_ex(context.get(), cbc_of(key), nullptr, key.data(), iv.data(),
                        encrypting ? 1 : 0) != 1 ||
      EVP_CIPHER_CTX_set_padding(context.get(), 0) != 1 ||
      EVP_CipherUpdate(context.get(), reinterpret_cast<unsigned char*>(out.data()), &size,
                       in.data(), static_cast<int>(in.size())) != 1 ||
      static_cast<std::size_t>(size) != out.size())
    throw std::runtime_error{"OpenSSL failed at AES-CBC"};
  return out;
}

} // namespace

std::optional<std::vector<std::uint8_t>> decode_base64(std::string_view text) {
  // libsodium's decoder takes some of the bytes that aren't ASCII for digits.
  if (std::ranges::any_of(text, [](char c) { return static_cast<std::uint8_t>(c) >= 0x80; }))
    return std::nullopt;
  std::vector<std::uint8_t> bytes(text.size() / 4 * 3 + 3);
  std::size_t size = 0;
  if (sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &size,
                        nullptr, sodium_base64_VARIANT_ORIGINAL) != 0)
    return std::nullopt;
  bytes.resize(size);
  return bytes;
}

std::string encode_base64(std::string_view bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  text.pop_back(); // Its NUL.
  return text;
}

std::string decrypt_cbc(std::span<const std::uint8_t> encrypted, std::span<const std::uint8_t> key,
                        std::span<const std::uint8_t> iv) {
  return run_cbc(encrypted, key, iv, /*encrypting=*/false);
}

std::string encrypt_cbc(std::string_view plain, std::span<const std::uint8_t> key,
                        std::span<const std::uint8_t> iv) {
  return run_cbc({reinterpret_cast<const std::uint8_t*>(plain.data()), plain.size()}, key, iv,
                 /*encrypting=*/true);
}

bool remove_padding(std::string& plain, std::size_t block_bytes) {
  const auto last = static_cast<unsigned>(static_cast<std::uint8_t>(plain.back()));
  auto wrong = static_cast<unsigned>(last - 1U >= block_bytes);
  for (unsigned back = 1; back <= block_bytes; ++back) {
    const auto byte = static_cast<unsigned>(static_cast<std::uint8_t>(plain[plain.size() - back]));
    wrong |= static_cast<unsigned>(back <= last) * (byte ^ last);
  }
  plain.resize(plain.size() - (wrong == 0 ? last : 0U));
  return wrong == 0;
}

} // namespace maque::wechat
