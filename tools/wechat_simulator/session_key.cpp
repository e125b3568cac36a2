#include "wechat_simulator/api.hpp"
#include "wechat_simulator/identity.hpp"
#include "wechat_simulator/replies.hpp"
#include "wechat_simulator/signatures.hpp"

#include <optional>
#include <utility>

namespace maque::wechat_simulator {
namespace {

/// What the two endpoints check alike. 0, or the errcode.
int check_signed_session(const call& from, std::string_view openid,
                         const std::optional<user_session>& session) {
  if (const int wrong = check_openid(from, openid); wrong != 0) return wrong;
  if (from.asked.parameter("sig_method") != "hmac_sha256") return 40097;
  if (!session) return 87009;
  return from.asked.parameter("signature") == sign_session(session->session_key) ? 0 : 87009;
}

} // namespace

wechat::reply check_session_key(const call& from) {
  const std::string_view openid = from.asked.parameter("openid");
  const int wrong = check_signed_session(from, openid, from.wechat.sessions.find(openid));
  return wrong == 0 ? ok_reply() : error_reply(wrong);
}

wechat::reply reset_session_key(const call& from) {
  const std::string_view openid = from.asked.parameter("openid");
  const auto session = from.wechat.sessions.find(openid);
  if (const int wrong = check_signed_session(from, openid, session); wrong != 0)
    return error_reply(wrong);
  const std::string fresh = make_session_key();
  // Somebody may have logged in meanwhile.
  if (!from.wechat.sessions.replace_key(openid, session->session_key, fresh))
    return error_reply(87009);
  nlohmann::ordered_json answered;
  answered["errcode"] = 0;
  answered["errmsg"] = "ok";
  answered["openid"] = openid;
  answered["session_key"] = fresh;
  return json_reply(answered.dump());
}

} // namespace maque::wechat_simulator
