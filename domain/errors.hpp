#pragma once

#include <tl/expected.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace maque {

/// Everything that can go wrong in a way that a caller is told about. The numeric values are
/// internal; what clients see is error_info::code, which is API and never reused.
enum class errc : std::uint8_t {
  // 400
  malformed_request = 1, ///< The bytes are not an HTTP request that we accept.
  invalid_json,          ///< The body is not strict JSON in UTF-8, or nested too deeply.
  invalid_field,         ///< A field is missing, unknown, of the wrong type or out of its range.
  invalid_code,          ///< WeChat does not know the login code, or it expired or was used.
  bad_encrypted_data,    ///< WeChat did not encrypt it for this user and this mini-program.
  // 401
  unauthenticated, ///< No token, or one that cannot be verified.
  token_expired,   ///< The access token is genuine but its time is over.
  session_ended,   ///< The session was ended: logout, kick, password change, reuse detected.
  bad_credentials, ///< The proof of identity was refused; never tells which part was wrong.
  invalid_refresh_token,
  // 403
  forbidden,
  account_disabled,
  user_blocked_by_wechat,
  registration_closed, ///< Nobody may register, by setting.
  invalid_invitation,  ///< Registration is by invitation, and this code is none (any more).
  foreign_request,     ///< To the operator's listener, by a page that is not its own.
  // 404
  route_not_found,
  user_not_found,
  config_key_not_found,
  session_not_found,
  config_version_not_found, ///< The configuration key never had this version.
  config_draft_not_found,   ///< Nobody has saved a draft of this configuration key.
  // 405, 406, 408, 409, 411, 413, 414, 415, 417, 422, 429, 431
  method_not_allowed,
  request_timeout,
  conflict,
  username_taken,
  identity_taken,        ///< The WeChat identity belongs to another user.
  credentials_exist,     ///< The user has a username and a password already.
  wechat_already_linked, ///< The user has another identity of this mini-program.
  session_key_missing,   ///< No login has brought a session_key of WeChat, or it can't be opened.
  subscription_refused,  ///< The user takes no such message, or not another one.
  config_conflict,       ///< Somebody else has changed the configuration key, or drafts it.
  body_too_large,
  target_too_long,
  unsupported_media_type,
  expectation_failed,
  config_value_invalid,  ///< The value is not as its schema says.
  config_schema_invalid, ///< The schema is none, or asks for what is not supported.
  too_many_requests,
  too_many_attempts, ///< To prove who somebody is: guessing is slowed down.
  headers_too_large,
  // 500
  internal,
  // 502
  wechat_rejected_us, ///< Wrong appid or secret, or our address is not on WeChat's list.
  wechat_bad_reply,   ///< WeChat answered something that is not its protocol.
  // 503
  overloaded,           ///< A queue is full.
  shutting_down,        ///< The server is draining.
  database_unavailable, ///< The database cannot be reached or does not answer.
  wechat_unavailable,   ///< WeChat cannot be reached, is busy, or a quota is used up.
  // 504
  deadline_exceeded, ///< The request's time was over before its answer was there.
};

/// Whose fault a failure is; a label in metrics and logs.
enum class error_kind : std::uint8_t { client, server, upstream };

/// One row of the map from our errors to HTTP; docs/errors.md is its published form.
struct error_info {
  errc value;
  int http_status;
  int code; ///< http_status * 100 + a number; stable API.
  error_kind kind;
  std::string_view name;    ///< snake_case, for logs and metrics.
  std::string_view message; ///< What the client is told.
};

/// The row of `value`. Total: every enumerator has one.
const error_info& info(errc value) noexcept;

/// All rows, in the order of the enumerators.
std::span<const error_info> all_errors() noexcept;

std::string_view to_string(error_kind kind) noexcept;

/// An expected failure, as a value.
struct error {
  errc code = errc::internal;
  /// Added to the public message, e.g. "nickname: longer than 64 characters". Never a secret, never
  /// an internal detail.
  std::string hint;
  /// The cause for the log. Never sent to a client.
  std::string cause;
  /// For errors that answer with Retry-After.
  std::optional<std::chrono::seconds> retry_after;
};

template <class T>
using result = tl::expected<T, error>;

/// Shorthand for `return fail(errc::…, …)` in functions that return a result.
inline tl::unexpected<error> fail(errc code, std::string hint = {}, std::string cause = {}) {
  return tl::unexpected<error>{error{code, std::move(hint), std::move(cause), std::nullopt}};
}

} // namespace maque
