#include "wechat_simulator/push_message.hpp"

#include "wechat_simulator/cipher.hpp"
#include "wechat_simulator/days.hpp"
#include "wechat_simulator/identity.hpp"
#include "wechat_simulator/signatures.hpp"

#include <sodium.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace maque::wechat_simulator {
namespace {

using nlohmann::ordered_json;

constexpr std::size_t push_block = 32;
constexpr std::size_t push_salt = 16;

void append_element(std::string& xml, std::string_view name, const ordered_json& value);

/// CDATA can't hold its own end; two of them can.
std::string in_cdata(std::string text) {
  for (std::size_t at = text.find("]]>"); at != std::string::npos; at = text.find("]]>", at + 12))
    text.replace(at, 3, "]]]]><![CDATA[>");
  return "<![CDATA[" + text + "]]>";
}

bool is_element_name(std::string_view name) {
  return !name.empty() && std::isdigit(static_cast<unsigned char>(name.front())) == 0 &&
         std::ranges::all_of(name, [](char c) {
           return c == '_' || std::isalnum(static_cast<unsigned char>(c)) != 0;
         });
}

void append_content(std::string& xml, const ordered_json& value) {
  if (value.is_string()) {
    xml += in_cdata(value.get<std::string>());
  } else if (value.is_object()) {
    for (const auto& [name, inner] : value.items())
      append_element(xml, name, inner);
  } else if (!value.is_null()) {
    xml += value.dump();
  }
}

/// A list is its element, repeated.
void append_element(std::string& xml, std::string_view name, const ordered_json& value) {
  if (!is_element_name(name)) throw std::invalid_argument{"a member that is no name in XML"};
  if (value.is_array()) {
    for (const auto& item : value)
      append_element(xml, name, item);
    return;
  }
  xml.append("<").append(name).append(">");
  append_content(xml, value);
  xml.append("</").append(name).append(">");
}

std::string serialise(const ordered_json& message, push_format format) {
  if (format == push_format::json) return message.dump();
  std::string xml;
  append_element(xml, "xml", message);
  return xml;
}

/// random(16), the length in 4 bytes, the message, the appid; AES-256-CBC; iv: the key's first
/// half.
std::string encrypt_push(const push_order& order, const std::string& plain) {
  const auto key = order.aes_key.size() == 43 ? from_base64(order.aes_key + "=") : std::nullopt;
  if (!key) throw std::invalid_argument{"an EncodingAESKey has 43 characters of base64"};
  std::string framed(push_salt, '\0');
  randombytes_buf(framed.data(), framed.size());
  for (const unsigned shift : {24U, 16U, 8U, 0U})
    framed += static_cast<char>((plain.size() >> shift) & 0xFFU);
  framed.append(plain).append(order.appid);
  return to_base64_text(encrypt_cbc(std::move(framed), *key, key->substr(0, 16), push_block));
}

void complete(ordered_json& message, utc_time now) {
  if (!message.contains("ToUserName")) message["ToUserName"] = "gh_simulator";
  if (!message.contains("CreateTime")) message["CreateTime"] = unix_seconds(now);
  const bool is_event = message.contains("Event") || message.value("MsgType", "event") == "event";
  if (!is_event && !message.contains("MsgId"))
    message["MsgId"] = std::uint64_t{randombytes_random()} << 20U;
}

} // namespace

push_request make_push(push_order order, utc_time now) {
  complete(order.message, now);
  const std::string timestamp = std::to_string(unix_seconds(now));
  const std::string nonce = std::to_string(randombytes_random());
  push_request made{"signature=" + sign_sorted({order.token, timestamp, nonce}) +
                        "&timestamp=" + timestamp + "&nonce=" + nonce,
                    order.format == push_format::json ? "application/json" : "text/xml",
                    {}};
  if (order.mode != push_mode::plain) {
    const std::string encrypted = encrypt_push(order, serialise(order.message, order.format));
    made.query += "&encrypt_type=aes&msg_signature=" +
                  sign_sorted({order.token, timestamp, nonce, encrypted});
    if (order.mode == push_mode::secure)
      order.message = {{"ToUserName", order.message["ToUserName"]}};
    order.message["Encrypt"] = encrypted;
  }
  made.body = serialise(order.message, order.format);
  return made;
}

std::string make_verification_query(const std::string& token, std::string_view echostr,
                                    utc_time now) {
  const std::string timestamp = std::to_string(unix_seconds(now));
  const std::string nonce = std::to_string(randombytes_random());
  return "signature=" + sign_sorted({token, timestamp, nonce}) + "&timestamp=" + timestamp +
         "&nonce=" + nonce + "&echostr=" + std::string{echostr};
}

} // namespace maque::wechat_simulator
