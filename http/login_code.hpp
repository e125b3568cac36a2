#pragma once

#include "domain/errors.hpp"
#include "http/request.hpp"

#include <string>

namespace maque::http {

/// The body {"code":"…"} with what wx.login returned. Fails with unsupported_media_type,
/// invalid_json, invalid_field.
result<std::string> read_login_code(const request& incoming);

} // namespace maque::http
