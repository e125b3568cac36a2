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

/// More than any of WeChat's JSON replies has; an image may be as big as the transport lets
/// through.
inline constexpr std::size_t json_reply_bytes = 64UL * 1024;

/// The page says to keep room for 512 characters at least.
inline constexpr std::size_t access_token_bytes = 1024;
/// 7,200 s by the page of stable_token; a token that lives on for days is none of WeChat's.
inline constexpr std::chrono::seconds access_token_lifetime{7'200};

/// E.164 has 15 digits; room for a plus sign and separators.
inline constexpr std::size_t phone_number_bytes = 32;
inline constexpr std::size_t country_code_bytes = 8;
/// A scheme or a URL link; both have less than 100 today.
inline constexpr std::size_t link_bytes = 512;

/// Of a template's keyword, like "thing1" or "character_string12".
inline constexpr std::size_t template_field_bytes = 32;

/// What is kept of an errmsg and of a rid for the log.
inline constexpr std::size_t errmsg_bytes = 256;
inline constexpr std::size_t rid_bytes = 64;

} // namespace maque::wechat::bounds
