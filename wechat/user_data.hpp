#pragma once

#include "domain/errors.hpp"
#include "domain/secret.hpp"

#include <string>
#include <string_view>

/// What WeChat encrypts or signs for a mini-program under the session_key of its user's last
/// wx.login (page "Signature verification, encryption and decryption"). A session_key is 16 bytes
/// in base64, as code2Session answers it.
namespace maque::wechat {

/// Decrypts what wx.getUserInfo and others give as `encryptedData` and `iv`, both in base64:
/// AES-128-CBC with PKCS#7, inside of it a JSON object whose watermark.appid has to be `appid`.
/// Returns that object, serialised anew. Takes at most limits::encrypted_data_bytes.
///
/// Fails with bad_encrypted_data whatever is wrong, without hint or cause, and does the same steps
/// wherever the fault is: whoever could tell bad padding from bad JSON could make data of his own.
///
/// WeChat authenticates none of it but by its sense: another iv changes the first 16 bytes at will,
/// as long as it stays JSON. So the content is the client's word where much depends on it.
result<std::string> decrypt_user_data(std::string_view encrypted_data, std::string_view iv,
                                      const secret& session_key, std::string_view appid);

/// Whether `signature` is hex(SHA-1(raw_data + session_key)), in lower case. Compared in constant
/// time.
bool is_signed(std::string_view raw_data, std::string_view signature, const secret& session_key);

} // namespace maque::wechat
