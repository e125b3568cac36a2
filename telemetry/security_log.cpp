#include "telemetry/security_log.hpp"

#include <algorithm>
#include <string>

namespace maque {

namespace {

using enum security_event;
using log::level;

constexpr std::array table{
    security_event_info{login_succeeded_wechat, "login_succeeded", "wechat", level::info},
    security_event_info{login_succeeded_password, "login_succeeded", "password", level::info},
    security_event_info{login_succeeded_registration, "login_succeeded", "registration",
                        level::info},
    security_event_info{login_failed_unknown_user, "login_failed", "unknown_user", level::warn},
    security_event_info{login_failed_wrong_password, "login_failed", "wrong_password", level::warn},
    security_event_info{login_failed_disabled, "login_failed", "disabled", level::warn},
    security_event_info{login_failed_changed, "login_failed", "changed_meanwhile", level::warn},
    security_event_info{login_failed_wechat, "login_failed", "wechat", level::warn},
    security_event_info{login_failed_no_operator, "login_failed", "no_operator", level::warn},
    security_event_info{login_throttled, "login_throttled", "attempts", level::warn},
    security_event_info{registered_openly, "registered", "open", level::info},
    security_event_info{registered_by_invitation, "registered", "invitation", level::info},
    security_event_info{registration_refused_closed, "registration_refused", "closed", level::warn},
    security_event_info{registration_refused_invitation, "registration_refused", "invitation",
                        level::warn},
    security_event_info{registration_refused_taken, "registration_refused", "username_taken",
                        level::info},
    security_event_info{registration_throttled, "registration_refused", "throttled", level::warn},
    security_event_info{password_change_succeeded, "password_changed", "owner", level::info},
    security_event_info{password_change_failed, "password_change_failed", "wrong_password",
                        level::warn},
    security_event_info{password_change_throttled, "password_change_failed", "throttled",
                        level::warn},
    security_event_info{password_upgraded, "password_upgraded", "login", level::info},
    security_event_info{credentials_added, "credentials_added", "owner", level::info},
    security_event_info{credentials_throttled, "credentials_refused", "throttled", level::warn},
    security_event_info{wechat_linked, "wechat_linked", "owner", level::info},
    security_event_info{session_refreshed, "session_refreshed", "rotation", level::info},
    security_event_info{session_refreshed_again, "session_refreshed_again", "reuse_window",
                        level::info},
    security_event_info{session_reuse_detected, "reuse_detected", "refresh_token", level::warn},
    security_event_info{refresh_refused_invalid, "refresh_refused", "invalid_token", level::warn},
    security_event_info{refresh_refused_ended, "refresh_refused", "session_ended", level::info},
    security_event_info{refresh_refused_disabled, "refresh_refused", "disabled", level::warn},
    security_event_info{session_ended_logout, "session_ended", "logout", level::info},
    security_event_info{session_ended_by_owner, "session_ended", "owner", level::info},
    security_event_info{session_ended_by_operator, "session_ended", "operator", level::info},
    security_event_info{session_ended_limit, "session_ended", "limit", level::info},
    security_event_info{session_ended_password, "session_ended", "password_changed", level::info},
    security_event_info{session_ended_elsewhere, "session_ended", "elsewhere", level::info},
    security_event_info{phone_bound, "phone_bound", "owner", level::info},
    security_event_info{api_key_refused_unknown, "api_key_refused", "unknown", level::warn},
    security_event_info{api_key_refused_expired, "api_key_refused", "expired", level::warn},
    security_event_info{api_key_refused_revoked, "api_key_refused", "revoked", level::warn},
    security_event_info{api_key_refused_scope, "api_key_refused", "scope", level::warn},
    security_event_info{push_refused, "push_refused", "proof", level::warn},
    security_event_info{operator_signed_in_token, "operator_signed_in", "token", level::info},
    security_event_info{operator_signed_in_account, "operator_signed_in", "account", level::info},
    security_event_info{operator_refused, "operator_refused", "token", level::warn},
    security_event_info{operator_throttled, "operator_refused", "throttled", level::warn},
    security_event_info{key_rotated, "key_rotated", "operator", level::info},
};

static_assert(table.back().value == key_rotated);
static_assert(table.size() == static_cast<std::size_t>(key_rotated) + 1);

} // namespace

std::span<const security_event_info> all_security_events() noexcept {
  return table;
}

void security_log::report(security_event event, const trace_id* trace,
                          const security_subject& about) noexcept {
  note(event);
  const security_event_info& row = table[static_cast<std::size_t>(event)];
  if (!target_.enabled(row.severity)) return;
  const std::string user = about.user ? to_string(*about.user) : "";
  const std::string session = about.session ? to_string(*about.session) : "";
  target_.line(row.severity, trace, "security",
               {{"event", row.kind},
                {"reason", row.reason},
                {"user_id", std::string_view{user}},
                {"session_id", std::string_view{session}},
                {"address", about.address},
                {"api_key", about.api_key},
                {"count", about.count.value_or(1)}});
}

} // namespace maque
