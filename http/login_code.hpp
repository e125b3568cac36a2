#pragma once

#include "domain/errors.hpp"
#include "domain/wechat_app.hpp"
#include "http/request.hpp"

#include <optional>
#include <string>

namespace maque::http {

/// The appid of the mini-program that a request names in its field `appid`, or of the first one if
/// it names none. Fails with invalid_field if the server doesn't work for that one.
result<std::string> choose_app(const std::optional<std::string>& named, const wechat_apps& apps);

/// What wx.login returned, and in which mini-program.
struct login_code {
  std::string appid;
  std::string code;
};

/// The body {"code":"…","appid":"…"}; appid may be missing. Fails with unsupported_media_type,
/// invalid_json, invalid_field.
result<login_code> read_login_code(const request& incoming, const wechat_apps& apps);

} // namespace maque::http
