#include "wechat_simulator/api.hpp"
#include "wechat_simulator/replies.hpp"

namespace maque::wechat_simulator {

wechat::reply stable_token(const call& from) {
  if (text_in(from.body, "grant_type") != "client_credential") return error_reply(40002);
  const std::string appid = text_in(from.body, "appid");
  const std::string app_secret = text_in(from.body, "secret");
  if (appid.empty()) return error_reply(41002);
  if (app_secret.empty()) return error_reply(41004);
  if (const int wrong = from.wechat.apps.check(appid, app_secret); wrong != 0)
    return error_reply(wrong);
  if (const int wrong = from.wechat.quotas.count(appid, endpoint::stable_token, from.now);
      wrong != 0)
    return error_reply(wrong);

  const bool forced = flag_in(from.body, "force_refresh", false);
  token_book& tokens = from.wechat.tokens;
  const auto given = forced ? tokens.force(appid, from.now) : tokens.get(appid, from.now);
  if (given.errcode != 0) return error_reply(given.errcode);
  nlohmann::ordered_json answered;
  answered["access_token"] = given.token;
  answered["expires_in"] = given.expires_in.count();
  return json_reply(answered.dump());
}

} // namespace maque::wechat_simulator
