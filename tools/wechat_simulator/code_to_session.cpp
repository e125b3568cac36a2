#include "wechat_simulator/code_to_session.hpp"

#include "domain/limits.hpp"
#include "wechat_simulator/faults.hpp"
#include "wechat_simulator/identity.hpp"
#include "wechat_simulator/replies.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <optional>
#include <string>

namespace maque::wechat_simulator {
namespace {

/// wx.login(): a code is good for five minutes.
constexpr std::chrono::minutes code_lifetime{5};
constexpr std::size_t codes_remembered = 1'000'000;

/// The X of a code "PREFIXX" or "PREFIXX.anything".
std::optional<std::string_view> find_argument(std::string_view code, std::string_view prefix) {
  if (!code.starts_with(prefix)) return std::nullopt;
  code.remove_prefix(prefix.size());
  return code.substr(0, code.find('.'));
}

std::optional<int> parse_errcode(std::string_view text) {
  int value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, value);
  if (failure != std::errc{} || stop != end) return std::nullopt;
  return value;
}

/// The errcode for a call that lacks something; 0 if it is complete.
int check_parameters(const request& asked) {
  if (asked.method != "GET") return 43001;
  if (asked.parameter("appid").empty()) return 41002;
  if (asked.parameter("secret").empty()) return 41004;
  if (asked.parameter("js_code").empty()) return 41008;
  if (asked.parameter("grant_type") != "authorization_code") return 40002;
  return 0;
}

constexpr int invalid_code = 40029;
constexpr int code_been_used = 40163;

} // namespace

code_to_session::code_to_session(const time_source& clock)
    : clock_{&clock}, used_{codes_remembered, code_lifetime} {}

wechat::reply code_to_session::handle(const request& asked) {
  if (const int wrong = check_parameters(asked); wrong != 0) return error_reply(wrong);

  const std::string_view code = asked.parameter("js_code");
  if (code.size() > limits::login_code_bytes) return error_reply(invalid_code);
  if (const auto number = find_argument(code, "err-"))
    return error_reply(parse_errcode(*number).value_or(invalid_code));
  if (const auto kind = find_argument(code, "fault-"))
    return make_fault(*kind).value_or(error_reply(invalid_code));
  if (const auto name = find_argument(code, "dev-"))
    return log_in(asked.parameter("appid"), *name, code);
  return error_reply(invalid_code);
}

wechat::reply code_to_session::log_in(std::string_view appid, std::string_view name,
                                      std::string_view code) {
  if (!is_user_name(name)) return error_reply(invalid_code);
  if (!used_.claim(code, clock_->now())) return error_reply(code_been_used);

  nlohmann::ordered_json body;
  body["session_key"] = make_session_key();
  body["openid"] = derive_openid(appid, name);
  if (has_unionid(name)) body["unionid"] = derive_unionid(name);
  return json_reply(body.dump());
}

} // namespace maque::wechat_simulator
