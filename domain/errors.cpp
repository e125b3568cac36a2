#include "domain/errors.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace maque {

namespace {

constexpr error_info row(errc value, int http_status, int number, error_kind kind,
                         std::string_view name, std::string_view message) {
  return {value, http_status, http_status * 100 + number, kind, name, message};
}

using enum errc;
using enum error_kind;

// A code that was published once keeps its meaning for ever: a new error gets the next free number
// of its status, and the number of one that is removed is not given to another.
constexpr std::array table{
    row(malformed_request, 400, 0, client, "malformed_request", "malformed request"),
    row(invalid_json, 400, 1, client, "invalid_json", "the body is not valid JSON"),
    row(invalid_field, 400, 2, client, "invalid_field", "invalid field"),
    row(invalid_code, 400, 3, client, "invalid_code", "the login code is invalid or expired"),
    row(bad_encrypted_data, 400, 4, client, "bad_encrypted_data", "the data can't be decrypted"),

    row(unauthenticated, 401, 0, client, "unauthenticated", "authentication required"),
    row(token_expired, 401, 1, client, "token_expired", "the access token has expired"),
    row(session_ended, 401, 2, client, "session_ended", "the session has ended"),
    row(bad_credentials, 401, 3, client, "bad_credentials", "wrong username or password"),
    row(invalid_refresh_token, 401, 4, client, "invalid_refresh_token",
        "the refresh token is invalid"),

    row(forbidden, 403, 0, client, "forbidden", "forbidden"),
    row(account_disabled, 403, 1, client, "account_disabled", "the account is disabled"),
    row(user_blocked_by_wechat, 403, 2, client, "user_blocked_by_wechat",
        "WeChat has blocked this user"),
    row(registration_closed, 403, 3, client, "registration_closed", "registration is closed"),
    row(invalid_invitation, 403, 4, client, "invalid_invitation",
        "the invitation code is invalid or used up"),
    row(foreign_request, 403, 5, client, "foreign_request", "the request comes from elsewhere"),

    row(route_not_found, 404, 0, client, "route_not_found", "no such route"),
    row(user_not_found, 404, 1, client, "user_not_found", "no such user"),
    row(config_key_not_found, 404, 2, client, "config_key_not_found", "no such configuration key"),
    row(session_not_found, 404, 3, client, "session_not_found", "no such session"),
    row(config_version_not_found, 404, 4, client, "config_version_not_found",
        "the configuration key never had this version"),
    row(config_draft_not_found, 404, 5, client, "config_draft_not_found",
        "the configuration key has no draft"),

    row(method_not_allowed, 405, 0, client, "method_not_allowed", "method not allowed"),
    row(request_timeout, 408, 0, client, "request_timeout", "the request took too long to arrive"),
    row(conflict, 409, 0, client, "conflict", "conflict with the current state"),
    row(username_taken, 409, 1, client, "username_taken", "the username is taken"),
    row(identity_taken, 409, 2, client, "identity_taken",
        "the WeChat account belongs to another user"),
    row(credentials_exist, 409, 3, client, "credentials_exist",
        "the user has a username and a password"),
    row(wechat_already_linked, 409, 4, client, "wechat_already_linked",
        "the user has another WeChat account"),
    row(session_key_missing, 409, 5, client, "session_key_missing",
        "no session key of WeChat is known"),
    row(subscription_refused, 409, 6, client, "subscription_refused",
        "the user has not subscribed to this message"),
    row(config_conflict, 409, 7, client, "config_conflict",
        "somebody else has changed this configuration key"),
    row(body_too_large, 413, 0, client, "body_too_large", "the body is too large"),
    row(target_too_long, 414, 0, client, "target_too_long", "the request target is too long"),
    row(unsupported_media_type, 415, 0, client, "unsupported_media_type",
        "unsupported content type"),
    row(expectation_failed, 417, 0, client, "expectation_failed", "unsupported expectation"),
    row(config_value_invalid, 422, 0, client, "config_value_invalid",
        "the value does not fit its schema"),
    row(config_schema_invalid, 422, 1, client, "config_schema_invalid", "the schema can't be used"),
    row(too_many_requests, 429, 0, client, "too_many_requests", "too many requests"),
    row(too_many_attempts, 429, 1, client, "too_many_attempts", "too many attempts to log in"),
    row(headers_too_large, 431, 0, client, "headers_too_large", "the header fields are too large"),

    row(internal, 500, 0, server, "internal", "internal error"),

    row(wechat_rejected_us, 502, 0, upstream, "wechat_rejected_us", "WeChat refused the server"),
    row(wechat_bad_reply, 502, 1, upstream, "wechat_bad_reply", "unexpected reply from WeChat"),

    row(overloaded, 503, 0, server, "overloaded", "the server is busy"),
    row(shutting_down, 503, 1, server, "shutting_down", "the server is shutting down"),
    row(database_unavailable, 503, 2, upstream, "database_unavailable",
        "the database is unavailable"),
    row(wechat_unavailable, 503, 3, upstream, "wechat_unavailable", "WeChat is unavailable"),

    row(deadline_exceeded, 504, 0, server, "deadline_exceeded", "the answer took too long"),
};

constexpr std::size_t index_of(errc value) {
  return static_cast<std::size_t>(value) - static_cast<std::size_t>(malformed_request);
}

constexpr bool stands_in_order() {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (index_of(table[i].value) != i) return false;
  }
  return true;
}

constexpr bool has_unique_codes() {
  for (auto one = table.begin(); one != table.end(); ++one) {
    if (std::any_of(one + 1, table.end(), [&](const auto& other) {
          return other.code == one->code || other.name == one->name;
        })) {
      return false;
    }
  }
  return true;
}

constexpr bool keeps_codes_with_their_status() {
  return std::all_of(table.begin(), table.end(),
                     [](const auto& each) { return each.code / 100 == each.http_status; });
}

static_assert(table.back().value == deadline_exceeded, "a row for every enumerator");
static_assert(stands_in_order());
static_assert(has_unique_codes());
static_assert(keeps_codes_with_their_status());

} // namespace

const error_info& info(errc value) noexcept {
  // An error can come from a node that runs a newer version and has more of them.
  const std::size_t index = index_of(value);
  return index < table.size() ? table[index] : table[index_of(internal)];
}

std::span<const error_info> all_errors() noexcept {
  return table;
}

std::string_view to_string(error_kind kind) noexcept {
  switch (kind) {
  case client:
    return "client";
  case server:
    return "server";
  case upstream:
    return "upstream";
  }
  return "server";
}

} // namespace maque
