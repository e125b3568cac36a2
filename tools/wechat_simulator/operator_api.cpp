#include "wechat_simulator/api.hpp"
#include "wechat_simulator/days.hpp"
#include "wechat_simulator/replies.hpp"

#include <algorithm>
#include <chrono>

namespace maque::wechat_simulator {
namespace {

constexpr std::chrono::days rid_lifetime{7};
constexpr std::size_t rid_length = 26;

} // namespace

wechat::reply find_quota(const call& from) {
  const std::string path = text_in(from.body, "cgi_path");
  if (path.starts_with("/sns/")) return error_reply(76022);
  const auto which = find_endpoint(path);
  if (!which) return error_reply(76021);
  const auto usage = from.wechat.quotas.usage(from.appid, *which, from.now);
  nlohmann::ordered_json answered;
  answered["errcode"] = 0;
  answered["errmsg"] = "ok";
  answered["quota"] = {
      {"daily_limit", usage.limits.daily},
      {"used", usage.used_today},
      {"remain", std::max<std::int64_t>(usage.limits.daily - usage.used_today, 0)}};
  if (usage.limits.minute > 0)
    answered["rate_limit"] = {{"call_count", usage.limits.minute}, {"refresh_second", 60}};
  return json_reply(answered.dump());
}

wechat::reply find_rid_details(const call& from) {
  const std::string rid = text_in(from.body, "rid");
  if (rid.size() != rid_length) return error_reply(76002);
  const auto found = from.wechat.rids.find(rid);
  if (!found || from.now - found->at >= rid_lifetime) return error_reply(76001);
  if (found->appid != from.appid) return error_reply(76003);
  nlohmann::ordered_json asked;
  asked["invoke_time"] = unix_seconds(found->at);
  asked["cost_in_ms"] = 1;
  asked["request_url"] = found->path;
  asked["request_body"] = found->request_body;
  asked["response_body"] = found->response_body;
  asked["client_ip"] = "127.0.0.1";
  nlohmann::ordered_json answered;
  answered["errcode"] = 0;
  answered["errmsg"] = "ok";
  answered["request"] = asked;
  // A body that was cut may end within a character.
  return json_reply(
      answered.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace));
}

} // namespace maque::wechat_simulator
