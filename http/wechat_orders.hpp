#pragma once

#include "domain/errors.hpp"
#include "domain/wechat.hpp"
#include "domain/wechat_app.hpp"
#include "http/request.hpp"

namespace maque::http {

/// The bodies in which other services ask for something of WeChat: JSON objects with the members of
/// the structs in domain/wechat.hpp, where those are described. `appid` may be missing from all of
/// them, and means the first mini-program then. What WeChat's pages say about a field is checked
/// here. Fail with unsupported_media_type, invalid_json, invalid_field.

/// {"openid","template_id","data":{"thing1":{"value":"…"},…},"page","version","language"};
/// `version` is "release", "trial" or "develop".
result<send_subscribe_message> read_subscribe_message(const request& incoming,
                                                      const wechat_apps& apps);

/// {"openid","content","scene","title","nickname","signature"}
result<check_text> read_text_check(const request& incoming, const wechat_apps& apps);

/// {"scene","page","check_path","version","width","is_hyaline"}
result<make_code_image> read_code_image(const request& incoming, const wechat_apps& apps);

/// {"path","query","version","days"}
result<make_scheme> read_scheme(const request& incoming, const wechat_apps& apps);

/// The same.
result<make_url_link> read_url_link(const request& incoming, const wechat_apps& apps);

} // namespace maque::http
