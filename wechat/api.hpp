#pragma once

#include "domain/errors.hpp"
#include "domain/secret.hpp"
#include "domain/time.hpp"
#include "wechat/pacer.hpp"
#include "wechat/transport.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace maque::wechat {

/// Who we are towards WeChat.
struct app_credentials {
  std::string appid;
  secret app_secret;
};

/// Who the user is, as code2session answers.
struct identity {
  std::string openid;
  std::optional<std::string> unionid;
  secret session_key;
};

/// GET /sns/jscode2session. Needs no access token. A code is used up by the call, so it is never
/// repeated except where WeChat says that it is busy (-1), with back-off inside `deadline`, at most
/// bounds::busy_tries times.
/// Errors: those of map_errcode(), wechat_bad_reply, wechat_unavailable. No cause holds the app
/// secret, the code or a session key.
result<identity> code_to_session(transport& via, const app_credentials& app, std::string_view code,
                                 steady_time deadline);

/// The same, with the time that its retries go by.
result<identity> code_to_session(transport& via, const app_credentials& app, std::string_view code,
                                 steady_time deadline, pacer& time);

/// Our error for an errcode of WeChat (not 0); its cause holds errcode, errmsg and rid, and what
/// the operator should do; its hint nothing of WeChat's. Source: the table of the code2session page
/// and the global error codes.
error map_errcode(int errcode, std::string_view errmsg);

} // namespace maque::wechat
