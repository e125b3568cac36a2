#pragma once

#include "domain/errors.hpp"
#include "wechat/api.hpp"
#include "wechat/transport.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <variant>

namespace maque::wechat {

/// WeChat understood the call and said no.
struct refusal {
  int errcode = 0;
  std::string errmsg;
};

/// The JSON object in `from`, or the refusal that it states: what all of WeChat's JSON APIs share.
/// The content type is not looked at: WeChat sends JSON as text/plain. Fails with wechat_bad_reply,
/// and with wechat_unavailable for an HTTP status of 5xx; no cause holds anything of the body.
result<std::variant<nlohmann::json, refusal>> decode_reply(const reply& from);

/// What code2session answers on success. Fails with wechat_bad_reply.
result<identity> decode_identity(const nlohmann::json& object);

} // namespace maque::wechat
