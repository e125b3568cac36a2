#pragma once

#include "wechat_simulator/world.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace maque::wechat_simulator {

/// What wx.getUserInfo gives to a mini-program's pages, for its server to check and to decrypt
/// (page "Signature verification, encryption and decryption").
struct user_data {
  std::string encrypted_data; ///< AES-128-CBC with PKCS#7, in base64
  std::string iv;             ///< in base64
  std::string raw_data;
  std::string signature; ///< hex(SHA-1(raw_data + session_key))
};

/// Makes them of the JSON object `json`, under the session_key that the user got last; a watermark
/// with the appid and the time is added to what is encrypted. Nothing if that user hasn't logged in
/// to this mini-program, or if it is no JSON object.
std::optional<user_data> make_user_data(world& wechat, std::string_view appid,
                                        std::string_view openid, std::string_view json);

} // namespace maque::wechat_simulator
