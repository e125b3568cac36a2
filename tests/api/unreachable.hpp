#pragma once

#include <map>
#include <string>

namespace maque::test {

/// The documented responses that no test over a socket can have on demand, and why.
inline std::map<std::string, std::string> unreachable_responses() {
  const std::string broken_database =
      "needs a database that fails, or a full queue; tests/unit/db covers the errors";
  const std::string failing_wechat =
      "needs a WeChat that fails; tests/actors covers the client's errors";
  const std::string late = "needs an actor that is late";
  return {
      {"GET /readyz 504", late},
      {"POST /api/login 504", "a call to WeChat ends at the same deadline, mostly with 503"},
      {"POST /api/v1/register 503", broken_database},
      {"POST /api/v1/register 504", late},
      {"POST /api/v1/login 504", late},
      {"GET /api/v1/sessions 503", broken_database},
      {"GET /api/v1/sessions 504", late},
      {"DELETE /api/v1/sessions/{id} 503", broken_database},
      {"DELETE /api/v1/sessions/{id} 504", late},
      {"PUT /api/v1/user/password 503", broken_database},
      {"PUT /api/v1/user/password 504", late},
      {"PUT /api/v1/user/credentials 503", broken_database},
      {"PUT /api/v1/user/credentials 504", late},
      {"POST /api/v1/user/wechat 504", late},
      {"POST /api/v1/wechat/decrypt 503", broken_database},
      {"POST /api/v1/wechat/decrypt 504", late},
      {"POST /api/v1/wechat/check-signature 503", broken_database},
      {"POST /api/v1/wechat/check-signature 504", late},
      {"GET /api/v1/wechat/phone 503", broken_database},
      {"GET /api/v1/wechat/phone 504", late},
      {"POST /api/v1/wechat/phone 504", late},
      {"POST /api/v1/server/wechat/subscribe-messages 429", failing_wechat},
      {"POST /api/v1/server/wechat/subscribe-messages 502", failing_wechat},
      {"POST /api/v1/server/wechat/subscribe-messages 503", failing_wechat},
      {"POST /api/v1/server/wechat/subscribe-messages 504", late},
      {"POST /api/v1/server/wechat/text-checks 429", failing_wechat},
      {"POST /api/v1/server/wechat/text-checks 502", failing_wechat},
      {"POST /api/v1/server/wechat/text-checks 503", failing_wechat},
      {"POST /api/v1/server/wechat/text-checks 504", late},
      {"POST /api/v1/server/wechat/code-images 429", failing_wechat},
      {"POST /api/v1/server/wechat/code-images 502", failing_wechat},
      {"POST /api/v1/server/wechat/code-images 503", failing_wechat},
      {"POST /api/v1/server/wechat/code-images 504", late},
      {"POST /api/v1/server/wechat/schemes 429", failing_wechat},
      {"POST /api/v1/server/wechat/schemes 502", failing_wechat},
      {"POST /api/v1/server/wechat/schemes 503", failing_wechat},
      {"POST /api/v1/server/wechat/schemes 504", late},
      {"POST /api/v1/server/wechat/url-links 429", failing_wechat},
      {"POST /api/v1/server/wechat/url-links 502", failing_wechat},
      {"POST /api/v1/server/wechat/url-links 503", failing_wechat},
      {"POST /api/v1/server/wechat/url-links 504", late},
      {"POST /wechat/push/{appid} 504", late},
      {"POST /api/v1/token/refresh 503", broken_database},
      {"POST /api/v1/token/refresh 504", late},
      {"POST /api/v1/logout 503", broken_database},
      {"POST /api/v1/logout 504", late},
      {"GET /api/user/info 503", broken_database},
      {"GET /api/user/info 504", late},
      {"PATCH /api/user/info 503", broken_database},
      {"PATCH /api/user/info 504", late},
      {"POST /api/user/info 503", broken_database},
      {"POST /api/user/info 504", late},
      {"GET /api/v1/users 503", broken_database},
      {"GET /api/v1/users 504", late},
      {"GET /api/users 503", broken_database},
      {"GET /api/users 504", late},
  };
}

} // namespace maque::test
