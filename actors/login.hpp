#pragma once

#include "actors/lane_actor.hpp"
#include "actors/lane_context.hpp"
#include "actors/protocol.hpp"
#include "domain/session.hpp"
#include "domain/throttle.hpp"

#include <string>

namespace maque {

struct login_policy {
  session_policy sessions;
  throttle_policy throttle;
};

/// Turns a proof of identity into a session.
class login_state {
public:
  static constexpr const char* name = "login";

  login_state(actor_of<login_actor> self, lane_context& context, const login_policy& policy)
      : self_{self}, context_{context}, policy_{policy} {}

  login_actor::behavior_type make_behavior();

private:
  using promise = caf::typed_response_promise<session_opened>;
  using operator_promise = caf::typed_response_promise<user>;

  /// A login with a password, from its first to its last step.
  struct password_login;

  /// As it is now.
  const login_policy& policy() const noexcept;

  void exchange(promise waiting, const request_context& request, log_in_with_wechat& proof);
  /// WeChat knows the user: stores him and a new session, then has the tokens made.
  void admit(promise& waiting, const request_context& request, const device_info& device,
             code_exchanged& known);

  // For a session, or for an operator, who gets none.
  /// Counts the attempt and looks up the credential.
  template <class Promise>
  void begin(Promise waiting, password_login login);
  attempt_keys keys_of(password_login& login, const std::string& account) const;
  /// Whoever it is or isn't, a password is verified, which takes the same time.
  template <class Promise>
  void verify(Promise& waiting, password_login login, attempt_begun& begun);
  template <class Promise>
  void judge(Promise& waiting, password_login login, password_verified& verdict);
  void open(promise& waiting, password_login login, std::optional<std::string> upgraded_hash);
  void open(operator_promise& waiting, password_login login,
            std::optional<std::string> upgraded_hash);

  actor_of<login_actor> self_;
  lane_context& context_;
  login_policy policy_;
};

} // namespace maque
