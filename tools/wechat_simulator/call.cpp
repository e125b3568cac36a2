#include "wechat_simulator/call.hpp"

#include "wechat_simulator/identity.hpp"

namespace maque::wechat_simulator {

int check_openid(const call& from, std::string_view openid) {
  if (!looks_like_openid(openid)) return 40003;
  const auto known = from.wechat.sessions.find(openid);
  return known && known->appid != from.appid ? 43104 : 0;
}

} // namespace maque::wechat_simulator
