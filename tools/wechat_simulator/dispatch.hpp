#pragma once

#include "wechat_simulator/answer.hpp"
#include "wechat_simulator/request.hpp"
#include "wechat_simulator/world.hpp"

namespace maque::wechat_simulator {

/// Answers a request of WeChat's API: what all endpoints share is done here, the rest by each.
answer dispatch(world& wechat, const request& asked);

} // namespace maque::wechat_simulator
