#include "wechat/decode.hpp"

#include "wechat/bounds.hpp"
#include "wechat/json_fields.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

namespace maque::wechat {
namespace {

using nlohmann::json;

using outcome = result<wechat_outcome>;

bool is_identifier(std::string_view text) noexcept {
  return is_visible(text, bounds::identifier_bytes);
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

bool is_phone_number(std::string_view text) noexcept {
  return !text.empty() && text.size() <= bounds::phone_number_bytes &&
         std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || c == '+' || c == '-' || c == ' ';
         });
}

bool is_country_code(std::string_view text) noexcept {
  return !text.empty() && text.size() <= bounds::country_code_bytes &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// The page's example has a number where its table says text.
std::optional<std::string> find_country_code(const json& phone) {
  const auto member = phone.find("countryCode");
  if (member != phone.end() && member->is_number_unsigned())
    return std::to_string(member->get<std::uint64_t>());
  return find_text(phone, "countryCode");
}

outcome read_identity(const json& object, std::string_view appid) {
  auto openid = find_text(object, "openid");
  if (!openid || !is_identifier(*openid)) return bad_reply("openid is missing or malformed");

  auto session_key = find_text(object, "session_key");
  if (!session_key || !is_session_key(*session_key))
    return bad_reply("session_key is missing or not 16 bytes in base64");

  auto unionid = find_text(object, "unionid");
  if (!unionid || (!unionid->empty() && !is_identifier(*unionid)))
    return bad_reply("unionid is malformed");

  code_exchanged read{std::string{appid}, *std::move(openid), std::nullopt,
                      secret{*std::move(session_key)}};
  // Empty is the same as absent: as a value, it would make all who have none one person.
  if (!unionid->empty()) read.unionid = *std::move(unionid);
  return read;
}

outcome read_access_token(const json& object) {
  auto token = find_text(object, "access_token");
  if (!token || !is_visible(*token, bounds::access_token_bytes))
    return bad_reply("access_token is missing or malformed");
  const auto seconds = find_integer(object, "expires_in");
  if (!seconds || *seconds < 1 || *seconds > bounds::access_token_lifetime.count())
    return bad_reply("expires_in is missing or out of its range");
  return access_token_fetched{secret{*std::move(token)}, std::chrono::seconds{*seconds}};
}

outcome read_phone_number(const json& object, std::string_view appid) {
  const json* phone = find_object(object, "phone_info");
  if (phone == nullptr) return bad_reply("phone_info is missing");
  const json* watermark = find_object(*phone, "watermark");
  if (watermark == nullptr || find_text(*watermark, "appid") != appid)
    return bad_reply("the phone number is another mini-program's");

  auto number = find_text(*phone, "phoneNumber");
  auto local = find_text(*phone, "purePhoneNumber");
  auto country = find_country_code(*phone);
  if (!number || !is_phone_number(*number) || !local || !is_phone_number(*local) || !country ||
      !is_country_code(*country))
    return bad_reply("a part of the phone number is missing or malformed");
  return phone_number{*std::move(number), *std::move(local), *std::move(country)};
}

outcome read_reset_key(const json& object) {
  auto openid = find_text(object, "openid");
  if (!openid || !is_identifier(*openid)) return bad_reply("openid is missing or malformed");
  auto session_key = find_text(object, "session_key");
  if (!session_key || !is_session_key(*session_key))
    return bad_reply("session_key is missing or not 16 bytes in base64");
  return session_key_reset{*std::move(openid), secret{*std::move(session_key)}};
}

std::optional<text_verdict> to_verdict(std::string_view suggestion) noexcept {
  if (suggestion == "pass") return text_verdict::pass;
  if (suggestion == "review") return text_verdict::review;
  if (suggestion == "risky") return text_verdict::risky;
  return std::nullopt;
}

outcome read_verdict(const json& object) {
  const json* found = find_object(object, "result");
  if (found == nullptr) return bad_reply("result is missing");
  const auto verdict = to_verdict(find_text(*found, "suggest").value_or(""));
  if (!verdict) return bad_reply("result.suggest is missing or none that we know");
  const auto label = find_integer(*found, "label");
  if (!label || !std::in_range<int>(*label))
    return bad_reply("result.label is missing or malformed");
  auto trace_id = find_text(object, "trace_id");
  if (!trace_id || !is_identifier(*trace_id)) return bad_reply("trace_id is missing or malformed");
  return text_checked{*verdict, static_cast<int>(*label), *std::move(trace_id)};
}

outcome read_link(const json& object, const char* member, std::string_view scheme) {
  auto link = find_text(object, member);
  if (!link || !link->starts_with(scheme) || !is_visible(*link, bounds::link_bytes))
    return bad_reply(std::string{member} + " is missing or malformed");
  if (scheme == "https://") return url_link_made{*std::move(link)};
  return scheme_made{*std::move(link)};
}

outcome read_quota(const json& object) {
  const json* found = find_object(object, "quota");
  if (found == nullptr) return bad_reply("quota is missing");
  const auto limit = find_integer(*found, "daily_limit");
  const auto used = find_integer(*found, "used");
  const auto remain = find_integer(*found, "remain");
  if (!limit || !used || !remain || *limit < 0 || *used < 0 || *remain < 0)
    return bad_reply("a number of the quota is missing or malformed");
  return quota{*limit, *used, *remain};
}

/// Control characters and what is not ASCII become "?", as in a cause.
std::string to_visible(std::string_view text, std::size_t limit) {
  std::string visible{text.substr(0, limit)};
  std::ranges::replace_if(
      visible, [](char c) { return c < ' ' || c > '~'; }, '?');
  return visible;
}

/// The page's example has nothing but a query here, with the access token in it.
std::string without_query(std::string_view url) {
  const auto path = url.substr(0, url.find('?'));
  return path.find('=') == std::string_view::npos ? to_visible(path, bounds::errmsg_bytes) : "";
}

/// What WeChat had answered, less what may be secret: a good reply can hold a token or a session
/// key.
std::string describe_response(const std::string& body) {
  const json parsed = json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) return {};
  json shown = json::object();
  for (const char* name : {"errcode", "errmsg"}) {
    const auto member = parsed.find(name);
    if (member != parsed.end() && member->is_primitive()) shown[name] = *member;
  }
  return to_visible(shown.dump(), bounds::errmsg_bytes);
}

outcome read_rid(const json& object) {
  const json* asked = find_object(object, "request");
  if (asked == nullptr) return bad_reply("request is missing");
  const auto invoked_at = find_integer(*asked, "invoke_time");
  const auto cost_ms = find_integer(*asked, "cost_in_ms");
  const auto url = find_text(*asked, "request_url");
  const auto response = find_text(*asked, "response_body");
  const auto address = find_text(*asked, "client_ip");
  if (!invoked_at || *invoked_at < 0 || !cost_ms || *cost_ms < 0)
    return bad_reply("a number of the request is missing or malformed");
  if (!url || !response || !address) return bad_reply("a text of the request is malformed");
  return rid_details{*invoked_at, *cost_ms, without_query(*url), describe_response(*response),
                     to_visible(*address, bounds::identifier_bytes)};
}

/// For calls whose success says nothing else: an empty object is none.
outcome read_nothing(const json& object, wechat_outcome success) {
  if (!object.contains("errcode")) return bad_reply("errcode is missing");
  return success;
}

struct reader {
  std::string_view appid;
  const json& object;

  outcome operator()(const exchange_code&) const { return read_identity(object, appid); }
  outcome operator()(const fetch_access_token&) const { return read_access_token(object); }
  outcome operator()(const find_phone_number&) const { return read_phone_number(object, appid); }
  outcome operator()(const check_session_key&) const {
    return read_nothing(object, session_key_checked{true});
  }
  outcome operator()(const reset_session_key&) const { return read_reset_key(object); }
  outcome operator()(const check_text&) const { return read_verdict(object); }
  outcome operator()(const send_subscribe_message&) const {
    return read_nothing(object, message_sent{});
  }
  outcome operator()(const make_code_image&) const {
    return bad_reply("JSON in place of an image");
  }
  outcome operator()(const make_scheme&) const {
    return read_link(object, "openlink", "weixin://");
  }
  outcome operator()(const make_url_link&) const {
    return read_link(object, "url_link", "https://");
  }
  outcome operator()(const find_quota&) const { return read_quota(object); }
  outcome operator()(const find_rid&) const { return read_rid(object); }
};

/// By the first bytes (PNG, section 5.2; JFIF), as WeChat's content type is none to rely on.
std::optional<code_image> find_image(const reply& from) {
  if (from.status != 200) return std::nullopt;
  if (from.body.starts_with("\x89PNG\r\n\x1a\n")) return code_image{"image/png", from.body};
  if (from.body.starts_with("\xff\xd8\xff")) return code_image{"image/jpeg", from.body};
  return std::nullopt;
}

} // namespace

result<std::variant<json, refusal>> decode_reply(const reply& from) {
  const std::string status = "HTTP status " + std::to_string(from.status);
  if (from.status >= 500 && from.status <= 599)
    return fail(errc::wechat_unavailable, {}, "WeChat's reply: " + status);
  if (from.status != 200) return bad_reply(status);
  const std::string size = std::to_string(from.body.size()) + " bytes";
  if (from.body.size() > bounds::json_reply_bytes) return bad_reply(size + " are too many");

  json object = json::parse(from.body, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return bad_reply("not a JSON object but " + size + " of something else");

  const auto member = object.find("errcode");
  if (member == object.end()) return object;
  const auto errcode = to_integer(*member);
  if (!errcode || !std::in_range<int>(*errcode)) return bad_reply("errcode is no number");
  if (*errcode == 0) return object;
  return refusal{static_cast<int>(*errcode), find_text(object, "errmsg").value_or(std::string{})};
}

result<std::variant<wechat_outcome, refusal>>
decode_outcome(const wechat_order& order, std::string_view appid, const reply& from) {
  using decoded = std::variant<wechat_outcome, refusal>;
  if (std::holds_alternative<make_code_image>(order)) {
    if (auto image = find_image(from)) return decoded{wechat_outcome{*std::move(image)}};
  }
  auto said = decode_reply(from);
  if (!said) return tl::make_unexpected(std::move(said).error());
  if (auto* no = std::get_if<refusal>(&*said)) return decoded{std::move(*no)};
  return std::visit(reader{appid, std::get<json>(*said)}, order).map([](wechat_outcome&& read) {
    return decoded{std::move(read)};
  });
}

} // namespace maque::wechat
