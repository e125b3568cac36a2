#pragma once

#include "domain/secret.hpp"
#include "domain/session.hpp"
#include "http/front.hpp"
#include "http/operator_sessions.hpp"
#include "http/refusal_throttle.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace maque::http {

struct admin_gate_options {
  /// What operators sign in with, and what programs send with each request.
  secret token;
  operator_session_policy sessions{};
  /// Of wrong tokens from one source.
  throttle_rule refusals{10, std::chrono::seconds{1}, std::chrono::minutes{15}};
  /// The names by which browsers may ask, besides those of this machine and addresses.
  std::vector<std::string> hosts{};
  /// What else is served to clients on this machine, before all routes: paths that begin like this.
  std::string local_prefix{}; ///< Empty: nothing.
  std::function<void(const exchange_ptr&)> serve_local{};
};

/// Who may do what on the operator's listener. An operator comes with the cookie of a session, or
/// with the token (Authorization: Bearer). A right one is never kept waiting; with wrong ones one
/// source soon has to wait.
class admin_gate final : public gatekeeper {
public:
  static constexpr std::string_view cookie_name = "maque_operator";

  explicit admin_gate(admin_gate_options options);

  /// Refuses what a page of somebody else asks for.
  bool intercept(handler_context& context, const exchange_ptr& arrived) override;
  void admit(handler_context& context, const exchange_ptr& arrived) override;

  bool is_token(std::string_view presented) const noexcept;
  operator_sessions& sessions() noexcept { return sessions_; }

  /// Counts a wrong token. What it is answered with if its source has come with too many already,
  /// in which case it was not counted.
  std::optional<error> count_refusal(handler_context& context, const exchange& asking);

  /// Looks whether these sessions are an operator's still, for those that ask for nothing more: who
  /// listens. One that isn't is ended.
  void look_again(handler_context& context, const std::vector<std::uint64_t>& numbers);

  /// Has the browser keep the secret of a session, or forget it.
  void give_cookie(exchange& asking, const operator_sessions::opened_session& opened) const;
  static void take_cookie(exchange& asking);

private:
  void refuse(handler_context& context, exchange& asking, error cause);
  void admit_by_cookie(handler_context& context, const exchange_ptr& arrived,
                       std::string_view secret);
  void confirm(handler_context& context, const exchange_ptr& arrived,
               const operator_session& session);
  static void serve(handler_context& context, const exchange_ptr& arrived,
                    const operator_session& session);

  admin_gate_options options_;
  sha256_digest token_hash_;
  operator_sessions sessions_;
  refusal_throttle refusals_;
};

/// Whether a request comes from this machine, and not by way of a proxy on it.
bool is_local(const exchange& arrived);

} // namespace maque::http
