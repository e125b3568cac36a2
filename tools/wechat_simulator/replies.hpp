#pragma once

#include "wechat/transport.hpp"

#include <string>
#include <string_view>

namespace maque::wechat_simulator {

/// JSON in the way of WeChat: status 200 and content type text/plain, whatever it says.
wechat::reply json_reply(std::string json);

/// WeChat's answer to a call that failed: {"errcode":…,"errmsg":"…, rid: …"}.
wechat::reply error_reply(int errcode);
/// The same with a text that says more, as WeChat does for a bad argument.
wechat::reply error_reply(int errcode, std::string_view message);

/// {"errcode":0,"errmsg":"ok"}
wechat::reply ok_reply();

/// The rid of an error_reply(); empty for any other reply.
std::string_view find_rid(const wechat::reply& answered) noexcept;

/// A web server's page, as it comes from whatever stands in front of WeChat.
wechat::reply html_reply(int status, std::string_view title);

/// WeChat's text for an errcode, with a new rid.
std::string errmsg(int errcode);

} // namespace maque::wechat_simulator
