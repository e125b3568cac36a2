#pragma once

#include "wechat/transport.hpp"

#include <string>
#include <string_view>

namespace maque::wechat_simulator {

/// JSON in the way of WeChat: status 200 and content type text/plain, whatever it says.
wechat::reply json_reply(std::string json);

/// WeChat's answer to a call that failed: {"errcode":…,"errmsg":"…, rid: …"}.
wechat::reply error_reply(int errcode);

/// A web server's page, as it comes from whatever stands in front of WeChat.
wechat::reply html_reply(int status, std::string_view title);

/// WeChat's text for an errcode, with a new rid.
std::string errmsg(int errcode);

} // namespace maque::wechat_simulator
