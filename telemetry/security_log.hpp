#pragma once

#include "domain/ids.hpp"
#include "telemetry/log.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace maque {

/// What happens to accounts and sessions. Each is a log line and a counter, by the kind and
/// the reason that docs/security.md lists; both are API.
enum class security_event : std::uint8_t {
  login_succeeded_wechat,
  login_succeeded_password,
  login_succeeded_registration,
  login_failed_unknown_user,
  login_failed_wrong_password,
  login_failed_disabled,
  login_failed_changed, ///< The password was right when it was looked at, and is not any more.
  login_failed_wechat,
  login_failed_no_operator, ///< On the operator's listener, with the right password.
  login_throttled,
  registered_openly,
  registered_by_invitation,
  registration_refused_closed,
  registration_refused_invitation,
  registration_refused_taken,
  registration_throttled,
  password_change_succeeded,
  password_change_failed,
  password_change_throttled,
  password_upgraded,
  credentials_added,
  credentials_throttled,
  wechat_linked,
  session_refreshed,       ///< Counted only: it is what all sessions do.
  session_refreshed_again, ///< The reply was lost, or two requests came at once.
  session_reuse_detected,
  refresh_refused_invalid,
  refresh_refused_ended,
  refresh_refused_disabled,
  session_ended_logout,
  session_ended_by_owner,
  session_ended_by_operator,
  session_ended_limit,
  session_ended_password,
  session_ended_elsewhere, ///< By a command or another node.
  phone_bound,
  api_key_refused_unknown,
  api_key_refused_expired,
  api_key_refused_revoked,
  api_key_refused_scope, ///< The key is good, but not for this.
  push_refused,          ///< Not WeChat's, or not of now.
  operator_signed_in_token,
  operator_signed_in_account,
  operator_refused, ///< A wrong token, or an operator's session that is none.
  operator_throttled,
  key_rotated, ///< Counted only: its line has more fields.
};

struct security_event_info {
  security_event value;
  std::string_view kind;
  std::string_view reason;
  log::level severity;
};

/// In the order of the enumerators.
std::span<const security_event_info> all_security_events() noexcept;

/// Whom an event is about, as far as that is known.
struct security_subject {
  std::optional<user_id> user{};
  std::optional<session_id> session{};
  std::string_view address{};
  /// A number that belongs to the event, e.g. of sessions.
  std::optional<std::uint64_t> count{};
  std::string_view api_key{}; ///< Its name.
};

/// Writes security events as log lines, and counts them. Written by one thread, read by any.
class security_log {
public:
  explicit security_log(log::logger& target) : target_{target.of(log::source::security)} {}

  void report(security_event event, const trace_id* trace, const security_subject& about) noexcept;

  /// Counts an event that has a log line of its own.
  void note(security_event event) noexcept {
    counts_[static_cast<std::size_t>(event)].fetch_add(1, std::memory_order_relaxed);
  }

  std::uint64_t count(security_event event) const noexcept {
    return counts_[static_cast<std::size_t>(event)].load(std::memory_order_relaxed);
  }

private:
  static constexpr std::size_t kinds = static_cast<std::size_t>(security_event::key_rotated) + 1;

  log::channel target_;
  std::array<std::atomic<std::uint64_t>, kinds> counts_{};
};

} // namespace maque
