#include "domain/limits.hpp"
#include "wechat_simulator/api.hpp"
#include "wechat_simulator/identity.hpp"
#include "wechat_simulator/replies.hpp"
#include "wechat_simulator/special_codes.hpp"

#include <string>
#include <utility>

namespace maque::wechat_simulator {
namespace {

/// The errcode for a call that lacks something; 0 if it is complete.
int check_login(const request& asked) {
  if (asked.parameter("appid").empty()) return 41002;
  if (asked.parameter("secret").empty()) return 41004;
  if (asked.parameter("js_code").empty()) return 41008;
  if (asked.parameter("grant_type") != "authorization_code") return 40002;
  return 0;
}

/// Written by hand: none of it needs escaping, and a load test logs in more often than it does
/// anything else.
wechat::reply log_in(const call& from, std::string_view appid, std::string_view name) {
  std::string session_key = make_session_key();
  const std::string openid = derive_openid(appid, name);
  std::string body = R"({"session_key":")";
  body.append(session_key).append(R"(","openid":")").append(openid);
  if (has_unionid(name)) body.append(R"(","unionid":")").append(derive_unionid(name));
  body.append(R"("})");
  from.wechat.sessions.remember(openid, {std::string{appid}, std::move(session_key), from.now});
  return json_reply(std::move(body));
}

wechat::reply log_in_with_minted(const call& from, std::string_view appid, std::string_view code) {
  using outcome = code_mint::outcome;
  const auto taken = from.wechat.minted_codes.take(code_kind::login, appid, code, from.now);
  if (taken.how == outcome::used) return error_reply(40163);
  if (taken.how == outcome::unknown) return error_reply(40029);
  return log_in(from, appid, taken.subject);
}

} // namespace

wechat::reply code_to_session(const call& from) {
  if (const int wrong = check_login(from.asked); wrong != 0) return error_reply(wrong);
  const std::string_view appid = from.asked.parameter("appid");
  if (const int wrong = from.wechat.apps.check(appid, from.asked.parameter("secret")); wrong != 0)
    return error_reply(wrong);
  if (const int wrong = from.wechat.quotas.count(appid, endpoint::code_to_session, from.now);
      wrong != 0)
    return error_reply(wrong);

  const std::string_view code = from.asked.parameter("js_code");
  if (code.size() > limits::login_code_bytes) return error_reply(40029);
  if (auto special = answer_special_code(code)) return *std::move(special);
  const auto name = find_argument(code, "dev-");
  if (!name) return log_in_with_minted(from, appid, code);
  if (!is_user_name(*name)) return error_reply(40029);
  if (!from.wechat.login_codes.claim(code, from.now)) return error_reply(40163);
  return log_in(from, appid, *name);
}

} // namespace maque::wechat_simulator
