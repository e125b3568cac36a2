#pragma once

#include <chrono>
#include <cstddef>

/// The fixed bounds of the conversation with WeChat; what an operator may change is a setting.
namespace maque::wechat::bounds {

/// How often one request is sent while WeChat says that it is busy (errcode -1).
inline constexpr int busy_tries = 4;
/// The longest pause before the second try; it doubles with every further one.
inline constexpr std::chrono::milliseconds first_back_off{100};

/// WeChat's limits are per minute and user (code2session page, 45011).
inline constexpr std::chrono::seconds rate_limit_window{60};

/// openid and unionid have 28 characters today; the page promises no length.
inline constexpr std::size_t identifier_bytes = 64;
/// A session_key is an AES-128 key in base64 ("Signature verification, encryption and decryption").
inline constexpr std::size_t session_key_characters = 24;

/// An EncodingAESKey: 32 bytes in base64 without the padding ("Message encryption and decryption").
inline constexpr std::size_t push_key_characters = 43;
/// Seconds since 1970, for some thousand years.
inline constexpr std::size_t timestamp_characters = 12;

/// What is kept of an errmsg and of a rid for the log.
inline constexpr std::size_t errmsg_bytes = 256;
inline constexpr std::size_t rid_bytes = 64;

} // namespace maque::wechat::bounds
