#pragma once

#include "domain/errors.hpp"
#include "domain/secret.hpp"
#include "domain/wechat.hpp"
#include "wechat/api.hpp"
#include "wechat/redactor.hpp"

#include <optional>
#include <string>

namespace maque::wechat {

/// What goes over the wire for an order.
struct outgoing {
  std::string target;                ///< Percent-encoded.
  std::optional<std::string> json{}; ///< The body of a POST; none: a GET.
};

/// Fails with invalid_field for text that is not UTF-8, and for a data_json that is not an object
/// of {"value": text}.
result<outgoing> encode(const app_credentials& app, const wechat_order& order,
                        const secret& access_token);

/// Hides what of this call must not be logged. `target` is as encode() makes it.
redactor redactor_of(const app_credentials& app, const wechat_order& order,
                     const secret& access_token, const std::string& target);

} // namespace maque::wechat
