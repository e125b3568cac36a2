#pragma once

#include "actors/lane_actor.hpp"
#include "actors/lane_context.hpp"
#include "actors/protocol.hpp"
#include "domain/session.hpp"
#include "security/access_token.hpp"
#include "security/refresh_token.hpp"

#include <memory>
#include <vector>

namespace maque {

/// What tokens are made and checked with.
struct token_settings {
  security::shared_key_ring keys; ///< At the start; lane_context has those of now.
  std::string issuer;
  std::string audience;
  session_policy policy;
};

/// Issues tokens, renews and ends sessions.
class session_state {
public:
  static constexpr const char* name = "session";

  session_state(actor_of<session_actor> self, lane_context& context,
                const token_settings& settings);

  session_actor::behavior_type make_behavior();

private:
  using refresh_promise = caf::typed_response_promise<session_refreshed>;
  using logout_promise = caf::typed_response_promise<logged_out>;

  session_opened open(const issue_tokens& order);
  security::access_token_codec& access_tokens();
  security::refresh_token_codec& refresh_tokens();
  tokens make_tokens(const session& of, const user& who, const security::refresh_secret& secret);

  /// Looks the session of a genuine token up, and does what judge_refresh says.
  void refresh(refresh_promise waiting, const request_context& request,
               const security::refresh_token& presented);
  void judge(refresh_promise& waiting, const request_context& request,
             const security::refresh_token& presented, const std::optional<session>& found);
  void rotate(refresh_promise& waiting, const request_context& request,
              const security::refresh_token& presented, user_id user);
  /// Answers with the tokens of the session's current counter, for its user as he is now.
  void reissue(refresh_promise& waiting, const request_context& request, const session& current,
               const security::refresh_secret& secret);
  void end_reused(refresh_promise& waiting, const request_context& request, const session& stolen);

  void end(logout_promise waiting, const request_context& request, const log_out& order);
  /// Calls `done` when every lane has confirmed that it refuses the tokens of these sessions.
  void announce(const std::vector<session_id>& ended,
                std::function<void(std::optional<caf::error>)> done);
  /// Until when a session that ends now has to be remembered.
  utc_time revoked_until() const;
  void reload(caf::typed_response_promise<announcement_applied> waiting,
              const request_context& request);

  actor_of<session_actor> self_;
  lane_context& context_;
  session_policy policy_;
  security::access_token_codec access_tokens_;
  security::refresh_token_codec refresh_tokens_;
};

} // namespace maque
