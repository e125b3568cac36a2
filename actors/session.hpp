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
  /// How long attempts to log in are remembered.
  std::chrono::milliseconds throttle_memory{std::chrono::hours{24}};
  std::chrono::milliseconds audit_kept{std::chrono::hours{24 * 365}};
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
  using opened_promise = caf::typed_response_promise<session_opened>;

  session_opened open(const issue_tokens& order);
  /// Answers with the tokens when all lanes know what was ended for this session.
  void open_after_announcement(opened_promise waiting, const issue_tokens& order);
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
  void refuse_refresh(refresh_promise& waiting, const request_context& request, const error& cause,
                      const security_subject& about);
  /// Answers with the tokens of the session's current counter, for its user as he is now.
  void reissue(refresh_promise& waiting, const request_context& request, const session& current,
               const security::refresh_secret& secret);
  void end_reused(refresh_promise& waiting, const request_context& request, const session& stolen);

  void end(logout_promise waiting, const request_context& request, const log_out& order);
  void end_one(logout_promise waiting, const request_context& request, const end_session& order);
  void list(caf::typed_response_promise<std::vector<session>> waiting,
            const request_context& request, const list_sessions& query);
  /// Sends an order to the actor that owns the user's sessions, if it is not this one.
  template <class Order, class Perform>
  caf::result<logged_out> at_owner(const request_context& request, const Order& order,
                                   Perform perform);
  /// Calls `done` when every lane has confirmed that it refuses the tokens of these sessions.
  void announce(const std::vector<session_id>& ended,
                std::function<void(std::optional<caf::error>)> done);
  /// Until when a session that ends now has to be remembered.
  utc_time revoked_until() const;
  void look_for_ended();
  /// As it is now.
  std::chrono::milliseconds throttle_memory() const noexcept;
  void purge_old();
  void reload(caf::typed_response_promise<announcement_applied> waiting,
              const request_context& request);

  actor_of<session_actor> self_;
  lane_context& context_;
  session_policy policy_;
  std::chrono::milliseconds throttle_memory_;
  std::chrono::milliseconds audit_kept_;
  bool looking_ = false;
  utc_time seen_until_; ///< When the last look began that was answered.
  bool purging_ = false;
  security::access_token_codec access_tokens_;
  security::refresh_token_codec refresh_tokens_;
};

} // namespace maque
