#pragma once

#include "actors/lane_actor.hpp"
#include "actors/lane_context.hpp"
#include "actors/protocol.hpp"

#include <string>

namespace maque {

/// Reads what WeChat has encrypted or signed for a user.
class wechat_data_state {
public:
  static constexpr const char* name = "wechat_data";

  /// @param appid whose data it has to be.
  wechat_data_state(actor_of<wechat_data_actor> self, lane_context& context, std::string appid)
      : self_{self}, context_{context}, appid_{std::move(appid)} {}

  wechat_data_actor::behavior_type make_behavior();

private:
  /// Has the user's session key read and opened; `then(promise, key)` makes the answer.
  template <class Promise, class Then>
  void with_session_key(Promise waiting, const request_context& request, user_id user, Then then);

  actor_of<wechat_data_actor> self_;
  lane_context& context_;
  std::string appid_;
};

} // namespace maque
