#pragma once

#include "domain/time.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace maque::wechat_simulator {

enum class push_format : std::uint8_t { json, xml };

/// How the console's page "Message push" is set.
enum class push_mode : std::uint8_t {
  plain,
  secure,     ///< Encrypted.
  compatible, ///< Both.
};

struct push_order {
  std::string appid;
  std::string token;
  std::string aes_key; ///< EncodingAESKey: 43 characters; for the modes that encrypt.
  push_format format = push_format::json;
  push_mode mode = push_mode::plain;
  nlohmann::ordered_json message; ///< An object; member names that XML can have.
};

/// What WeChat sends to the server.
struct push_request {
  std::string query; ///< "signature=…&timestamp=…&nonce=…" and more
  std::string content_type;
  std::string body;
};

/// A push as WeChat makes it: signed, and encrypted in the modes that do that (page "Message push",
/// "Encryption and decryption of messages"). A message without ToUserName and CreateTime gets them,
/// and a MsgId if it is no event. Throws std::invalid_argument for a key that is none, and for a
/// member that XML can't have.
push_request make_push(push_order order, utc_time now);

/// The query of the GET that verifies a server's address; the server has to answer `echostr`.
std::string make_verification_query(const std::string& token, std::string_view echostr,
                                    utc_time now);

} // namespace maque::wechat_simulator
