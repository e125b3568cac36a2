#include "wechat/decode.hpp"

#include "wechat/bounds.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace maque::wechat {
namespace {

using nlohmann::json;

tl::unexpected<error> bad_reply(std::string cause) {
  return fail(errc::wechat_bad_reply, {}, "WeChat's reply: " + std::move(cause));
}

std::optional<int> to_int(const json& value) {
  if (value.is_number_integer()) {
    const bool fits = value.is_number_unsigned() ? std::in_range<int>(value.get<std::uint64_t>())
                                                 : std::in_range<int>(value.get<std::int64_t>());
    return fits ? std::optional{value.get<int>()} : std::nullopt;
  }
  if (!value.is_string()) return std::nullopt;
  // Some of WeChat's APIs, and gateways in front of it, quote the number.
  const auto& text = value.get_ref<const std::string&>();
  int parsed = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, parsed);
  if (failure != std::errc{} || stop != end) return std::nullopt;
  return parsed;
}

/// The member as text; an absent one is empty, another type is nothing.
std::optional<std::string> find_text(const json& object, std::string_view name) {
  const auto member = object.find(name);
  if (member == object.end()) return std::string{};
  if (!member->is_string()) return std::nullopt;
  return member->get<std::string>();
}

/// Ids go into keys, rows and logs: they have to be short and visible.
bool is_identifier(std::string_view text) noexcept {
  return !text.empty() && text.size() <= bounds::identifier_bytes &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

bool is_base64_digit(char c) noexcept {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/';
}

/// 16 bytes in base64 (RFC 4648, section 4): 22 digits and two of padding. Stray bits in the last
/// digit are let through: the key is the same, and WeChat's other keys are known to have them.
bool is_session_key(std::string_view text) noexcept {
  return text.size() == bounds::session_key_characters && text.ends_with("==") &&
         std::ranges::all_of(text.substr(0, text.size() - 2), is_base64_digit);
}

} // namespace

result<std::variant<json, refusal>> decode_reply(const reply& from) {
  const std::string status = "HTTP status " + std::to_string(from.status);
  if (from.status >= 500 && from.status <= 599)
    return fail(errc::wechat_unavailable, {}, "WeChat's reply: " + status);
  if (from.status != 200) return bad_reply(status);

  json object = json::parse(from.body, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object())
    return bad_reply("not a JSON object but " + std::to_string(from.body.size()) +
                     " bytes of something else");

  const auto member = object.find("errcode");
  if (member == object.end()) return object;
  const auto errcode = to_int(*member);
  if (!errcode) return bad_reply("errcode is no number");
  if (*errcode == 0) return object;
  return refusal{*errcode, find_text(object, "errmsg").value_or(std::string{})};
}

result<identity> decode_identity(const json& object) {
  const auto openid = find_text(object, "openid");
  if (!openid || !is_identifier(*openid)) return bad_reply("openid is missing or malformed");

  auto session_key = find_text(object, "session_key");
  if (!session_key || !is_session_key(*session_key))
    return bad_reply("session_key is missing or not 16 bytes in base64");

  const auto unionid = find_text(object, "unionid");
  if (!unionid || (!unionid->empty() && !is_identifier(*unionid)))
    return bad_reply("unionid is malformed");

  identity decoded{*openid, std::nullopt, secret{*std::move(session_key)}};
  // Empty is the same as absent: as a value, it would make all who have none one person.
  if (!unionid->empty()) decoded.unionid = *unionid;
  return decoded;
}

} // namespace maque::wechat
