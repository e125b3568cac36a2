#pragma once

#include "domain/account.hpp"
#include "domain/ids.hpp"
#include "domain/session.hpp"
#include "domain/throttle.hpp"
#include "domain/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What operators ask of the database; part of domain/storage.hpp.
namespace maque {

using audit_id = basic_id<struct audit_tag>;

/// Something that an operator has done. All texts are cut to limits::audit_…
struct audit_entry {
  audit_id id;
  utc_time at;
  std::string who;            ///< A username, "operator token", "command line (NAME)".
  std::string address;        ///< Where he came from; empty on the command line.
  std::string action;         ///< "user.disable": what /admin/audit and docs/operations.md list.
  std::string subject;        ///< What it was done to, such as a user's id; may be empty.
  std::string details = "{}"; ///< A JSON object.

  friend bool operator==(const audit_entry&, const audit_entry&) = default;
};

/// Writes -----------------------------------------------------------------------------------------

/// Keeps what an operator does. The outcome is the number of rows: 1.
struct record_action {
  audit_entry entry;
};

/// A password was verified against `verified_hash`, and no session is wanted: replaces the hash if
/// there is an `upgraded_hash`, and forgives the attempt. Fails with bad_credentials as
/// open_password_session does. The outcome is user.
struct confirm_password {
  user_id user;
  std::string verified_hash;
  std::optional<std::string> upgraded_hash;
  attempt_keys keys;
  throttle_policy policy;
  utc_time at;
};

/// Reads ------------------------------------------------------------------------------------------

/// A page of the audit log, the newest entry first, beginning behind `before`.
struct audit_page_query {
  std::optional<audit_id> before;
  std::uint32_t limit = 20;
};

/// A page of everybody's sessions that have not ended, the newest first, beginning behind `before`.
/// Those whose time is over are left out.
struct session_page_query {
  std::optional<session_id> before;
  std::uint32_t limit = 20;
  utc_time expires_after; ///< The absolute limit of those that are wanted.
  utc_time seen_after;    ///< When those were seen last.
};

/// Who is meant by a text: his id, his username or the beginning of it, his openid in one of these
/// mini-programs. Empty: whoever came last. Disabled users among them, deleted ones not; the newest
/// first.
struct account_search {
  std::string text;
  std::vector<std::string> appids;
  std::uint32_t limit = 50;
};

} // namespace maque
