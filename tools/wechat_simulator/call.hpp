#pragma once

#include "wechat/transport.hpp"
#include "wechat_simulator/json_input.hpp"
#include "wechat_simulator/request.hpp"
#include "wechat_simulator/world.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace maque::wechat_simulator {

/// A call to an endpoint, complete as far as all endpoints want the same.
struct call {
  world& wechat;
  const request& asked;
  std::string appid;     ///< The access token's; empty where an endpoint takes none.
  nlohmann::json body{}; ///< An object, if the endpoint is one for POST.
  utc_time now{};
};

/// 0 if it is a user of the calling mini-program, or may be one; 40003 if it is no openid; 43104 if
/// it is another mini-program's.
int check_openid(const call& from, std::string_view openid);

} // namespace maque::wechat_simulator
