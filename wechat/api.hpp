#pragma once

#include "domain/errors.hpp"
#include "domain/secret.hpp"
#include "domain/time.hpp"
#include "domain/wechat.hpp"
#include "wechat/pacer.hpp"
#include "wechat/transport.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace maque::wechat {

/// One for each page of WeChat's API: what a circuit breaker, a quota and a metric are about.
enum class endpoint : std::uint8_t {
  code2session,
  stable_token,
  phone_number,
  check_session,
  reset_session_key,
  msg_sec_check,
  subscribe_send,
  code_image,
  scheme,
  url_link,
  quota,
  rid,
};

/// The same words, for metrics.
std::string_view to_string(endpoint which) noexcept;
std::span<const endpoint> all_endpoints() noexcept;
endpoint endpoint_of(const wechat_order& order) noexcept;
/// False of code2session and stable_token only.
bool needs_access_token(endpoint which) noexcept;

/// Who we are towards WeChat.
struct app_credentials {
  std::string appid;
  secret app_secret;
};

/// What a call says of the endpoint, whoever's fault the outcome is.
enum class endpoint_health : std::uint8_t {
  good,    ///< It answered; a refusal of the request's content is good, too.
  bad,     ///< No answer, 5xx, nonsense, busy to the end.
  used_up, ///< 45009: the daily quota.
};

struct call_outcome {
  /// Of the kind that domain/wechat.hpp names at the order.
  result<wechat_outcome> answer;
  endpoint_health health = endpoint_health::good;
  /// WeChat has refused the access token: 40014, 42001, and 40001 from an endpoint that needs one.
  bool token_refused = false;
  int errcode = 0; ///< WeChat's, if that is why there is no answer.
};

/// One call for `app`, whatever appid the order names. `access_token` is empty where none is
/// needed. A code is used up by its call, so nothing is ever repeated except where WeChat says that
/// it is busy (-1), with back-off inside `deadline`, at most bounds::busy_tries times. Errors:
/// those of map_errcode(), wechat_bad_reply, wechat_unavailable, and invalid_field for an argument
/// that can't be sent (no UTF-8, data_json of another shape), for which nothing is. No cause holds
/// the app secret, the access token, a code, a session key or a target.
call_outcome call(transport& via, const app_credentials& app, const wechat_order& order,
                  const secret& access_token, steady_time deadline);

/// The same, with the time that its retries go by.
call_outcome call(transport& via, const app_credentials& app, const wechat_order& order,
                  const secret& access_token, steady_time deadline, pacer& time);

/// Our error for an errcode of WeChat (not 0) from this endpoint; its cause holds errcode, errmsg
/// and rid, and what the operator should do; its hint nothing of WeChat's but the name of a field.
/// Source: the tables of the endpoints' pages and the global error codes.
error map_errcode(endpoint where, int errcode, std::string_view errmsg);

} // namespace maque::wechat
