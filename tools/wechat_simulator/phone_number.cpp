#include "domain/limits.hpp"
#include "wechat_simulator/api.hpp"
#include "wechat_simulator/days.hpp"
#include "wechat_simulator/replies.hpp"
#include "wechat_simulator/special_codes.hpp"

#include <algorithm>
#include <optional>

namespace maque::wechat_simulator {
namespace {

struct number_parts {
  std::string country;
  std::string local;
};

bool are_digits(std::string_view text, std::size_t most) {
  return !text.empty() && text.size() <= most &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// "13800138000" is in China, "44-7700900123" elsewhere (E.164: 15 digits in all).
std::optional<number_parts> parse_number(std::string_view text) {
  const auto dash = text.find('-');
  const bool abroad = dash != std::string_view::npos;
  const std::string_view country = abroad ? text.substr(0, dash) : "86";
  const std::string_view local = abroad ? text.substr(dash + 1) : text;
  if (!are_digits(country, 3) || !are_digits(local, 15 - country.size())) return std::nullopt;
  return number_parts{std::string{country}, std::string{local}};
}

/// Who answers to a code; nothing for one that is no good. A used one is no other than an invalid
/// one here.
std::optional<std::string> use_code(const call& from, std::string_view code) {
  if (const auto number = find_argument(code, "phone-"); number && parse_number(*number)) {
    if (!from.wechat.phone_codes.claim(code, from.now)) return std::nullopt;
    return std::string{*number};
  }
  auto taken = from.wechat.minted_codes.take(code_kind::phone, from.appid, code, from.now);
  if (taken.how != code_mint::outcome::good) return std::nullopt;
  return std::move(taken.subject);
}

} // namespace

wechat::reply phone_number(const call& from) {
  const std::string code = text_in(from.body, "code");
  if (code.empty() || code.size() > limits::login_code_bytes) return error_reply(40029);
  if (const std::string openid = text_in(from.body, "openid"); !openid.empty())
    if (const int wrong = check_openid(from, openid); wrong != 0) return error_reply(wrong);
  if (auto special = answer_special_code(code)) return *std::move(special);
  const auto subject = use_code(from, code);
  const auto parts = subject ? parse_number(*subject) : std::nullopt;
  if (!parts) return error_reply(40029);

  nlohmann::ordered_json info;
  info["phoneNumber"] = parts->country == "86" ? parts->local : "+" + parts->country + parts->local;
  info["purePhoneNumber"] = parts->local;
  info["countryCode"] = parts->country;
  info["watermark"] = {{"timestamp", unix_seconds(from.now)}, {"appid", from.appid}};
  nlohmann::ordered_json answered;
  answered["errcode"] = 0;
  answered["errmsg"] = "ok";
  answered["phone_info"] = info;
  return json_reply(answered.dump());
}

} // namespace maque::wechat_simulator
