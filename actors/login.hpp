#pragma once

#include "actors/lane_actor.hpp"
#include "actors/lane_context.hpp"
#include "actors/protocol.hpp"
#include "domain/session.hpp"

namespace maque {

/// Turns a proof of identity into a session.
class login_state {
public:
  static constexpr const char* name = "login";

  login_state(actor_of<login_actor> self, lane_context& context, session_policy policy)
      : self_{self}, context_{context}, policy_{policy} {}

  login_actor::behavior_type make_behavior();

private:
  using promise = caf::typed_response_promise<session_opened>;

  /// WeChat knows the user: stores him and a new session, then has the tokens made.
  void admit(promise& waiting, const request_context& request, const device_info& device,
             code_exchanged& known);

  actor_of<login_actor> self_;
  lane_context& context_;
  session_policy policy_;
};

} // namespace maque
