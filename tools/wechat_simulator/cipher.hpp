#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace maque::wechat_simulator {

/// AES-CBC, AES-128 or AES-256 by the length of the key. Padded with 1 to `padding_block` bytes
/// that each are their number (PKCS#7 if it is 16; WeChat's push messages have 32).
/// @param key 16 or 32 bytes
/// @param iv 16 bytes
std::string encrypt_cbc(std::string plain, const std::string& key, const std::string& iv,
                        std::size_t padding_block);

/// RFC 4648, section 4, with padding. Bits that stray behind the last byte are dropped.
std::optional<std::string> from_base64(std::string_view text);
std::string to_base64_text(std::string_view bytes);

} // namespace maque::wechat_simulator
