#pragma once

#include "domain/errors.hpp"
#include "domain/secret.hpp"
#include "domain/time.hpp"

#include <string>
#include <string_view>

/// How WeChat proves that a push is its own, and what it encrypts in secure mode (pages "Message
/// push" and "Message encryption and decryption"). Whatever is wrong with a proof or with what is
/// encrypted is forbidden, without a hint: who could tell a bad padding from a bad appid could read
/// other people's pushes. Only `cause`, which stays in the log, says more of a proof.
namespace maque::wechat {

/// What the query of a push's URL says, decoded.
struct push_proof {
  std::string timestamp; ///< Seconds since 1970, as text.
  std::string nonce;
  std::string signature; ///< `signature`, or in secure mode `msg_signature`.
};

/// hex(SHA-1(token, timestamp, nonce and, if there is one, what is encrypted; sorted, one behind
/// the other)), in lower case. WeChat sorts them as bytes.
std::string sign_push(const secret& token, std::string_view timestamp, std::string_view nonce,
                      std::string_view encrypted = {});

/// Whether `proof` is of somebody who knows the token, and of a time that is not further from `now`
/// than limits::push_age. In plain mode `encrypted` is empty and the body is not covered.
/// Signatures are compared in constant time, and before the time is looked at.
result<void> verify_push(const secret& token, const push_proof& proof, std::string_view encrypted,
                         utc_time now);

/// What is in the member Encrypt of a push in secure mode: base64 of AES-256-CBC with PKCS#7 for
/// blocks of 32 bytes; inside of it 16 random bytes, the message's length (4 bytes, big-endian),
/// the message, and the appid, which has to be ours. The key is base64(aes_key + "="); its last
/// character may have stray bits. The iv is the key's first 16 bytes.
result<std::string> decrypt_push(std::string_view encrypted, const secret& aes_key,
                                 std::string_view appid);

/// The other direction, as WeChat does it. @param random 16 bytes.
result<std::string> encrypt_push(std::string_view message, const secret& aes_key,
                                 std::string_view appid, std::string_view random);

/// Whether an EncodingAESKey is one: 43 digits of base64.
bool is_push_key(const secret& aes_key) noexcept;

} // namespace maque::wechat
