#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What WeChat's encryptions have in common: base64, AES in CBC mode, PKCS#7. Nothing here tells
/// what a client may know; see those who use it.
namespace maque::wechat {

inline constexpr std::size_t aes_block_bytes = 16;

/// Strict base64 with its padding (RFC 4648, section 4); one form for each byte string.
std::optional<std::vector<std::uint8_t>> decode_base64(std::string_view text);

/// With its padding.
std::string encode_base64(std::string_view bytes);

/// AES in CBC mode over whole blocks, with whatever padding they have. @param key 16 or 32 bytes:
/// AES-128 or AES-256. @param iv one block.
std::string decrypt_cbc(std::span<const std::uint8_t> encrypted, std::span<const std::uint8_t> key,
                        std::span<const std::uint8_t> iv);
std::string encrypt_cbc(std::string_view plain, std::span<const std::uint8_t> key,
                        std::span<const std::uint8_t> iv);

/// Takes PKCS#7 (RFC 5652, section 6.3) for blocks of this size off, looking at it without a
/// branch. False if it is none; then nothing is taken off. @param plain at least one block.
bool remove_padding(std::string& plain, std::size_t block_bytes);

} // namespace maque::wechat
