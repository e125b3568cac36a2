#pragma once

#include "domain/time.hpp"
#include "wechat/transport.hpp"
#include "wechat_simulator/request.hpp"
#include "wechat_simulator/used_codes.hpp"

#include <string_view>

namespace maque::wechat_simulator {

/// GET /sns/jscode2session (page "code2Session").
class code_to_session {
public:
  static constexpr std::string_view path = "/sns/jscode2session";

  explicit code_to_session(const time_source& clock);

  wechat::reply handle(const request& asked);

private:
  wechat::reply log_in(std::string_view appid, std::string_view name, std::string_view code);

  const time_source* clock_;
  used_codes used_;
};

} // namespace maque::wechat_simulator
