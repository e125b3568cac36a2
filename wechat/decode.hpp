#pragma once

#include "domain/errors.hpp"
#include "domain/wechat.hpp"
#include "wechat/transport.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <variant>

namespace maque::wechat {

/// WeChat understood the call and said no.
struct refusal {
  int errcode = 0;
  std::string errmsg;
};

/// The JSON object in `from`, or the refusal that it states: what all of WeChat's JSON APIs share.
/// The content type is not looked at: WeChat sends JSON as text/plain. Fails with wechat_bad_reply
/// (also for more than bounds::json_reply_bytes), and with wechat_unavailable for an HTTP status of
/// 5xx; no cause holds anything of the body.
result<std::variant<nlohmann::json, refusal>> decode_reply(const reply& from);

/// What WeChat answers to `order`, or its refusal. Every field is checked; fails as decode_reply().
/// @param appid ours: a phone number that was made for another mini-program is a bad reply.
result<std::variant<wechat_outcome, refusal>>
decode_outcome(const wechat_order& order, std::string_view appid, const reply& from);

} // namespace maque::wechat
