#pragma once

#include "actors/lane_actor.hpp"
#include "actors/lane_context.hpp"
#include "actors/protocol.hpp"

#include <string>

namespace maque {

/// Reads what WeChat has encrypted or signed for a user, and keeps the phone number that he gives.
class wechat_data_state {
public:
  static constexpr const char* name = "wechat_data";

  wechat_data_state(actor_of<wechat_data_actor> self, lane_context& context)
      : self_{self}, context_{context} {}

  wechat_data_actor::behavior_type make_behavior();

private:
  /// Has the user's session key read and opened; `then(promise, key)` makes the answer.
  template <class Promise, class Then>
  void with_session_key(Promise waiting, const request_context& request, find_session_key wanted,
                        Then then);
  void find_number(const caf::typed_response_promise<bound_phone>& waiting,
                   const request_context& request, bind_own_phone order, std::string openid);
  /// Keeps what WeChat has told.
  void bind(const caf::typed_response_promise<bound_phone>& waiting, const request_context& request,
            const bind_own_phone& order, phone_number told);

  actor_of<wechat_data_actor> self_;
  lane_context& context_;
};

} // namespace maque
