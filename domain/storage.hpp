#pragma once

#include "domain/account.hpp"
#include "domain/api_key.hpp"
#include "domain/config_value.hpp"
#include "domain/ids.hpp"
#include "domain/operator_storage.hpp"
#include "domain/profile_page.hpp"
#include "domain/session.hpp"
#include "domain/throttle.hpp"
#include "domain/user.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// What can be asked of the database, as plain values: the vocabulary that db/store.hpp and the
/// messages of the db_pool actor share.
namespace maque {

/// A secret as security/sealed.hpp makes it: what the database gets is no use without the key.
using sealed_bytes = std::vector<std::uint8_t>;

/// Writes -------------------------------------------------------------------------------------

using ended_sessions = std::vector<session_id>;

/// Logs a WeChat identity in: finds its user or makes one (a user and an identity row), keeps the
/// session key in place of the one before, and opens the session. If the user then has more than
/// `max_sessions` open ones, those that were seen longest ago are ended; never the new one. (Logins
/// on several connections at the same moment may leave one more each, until the next login.) One
/// transaction; all or nothing. Fails with account_disabled. The outcome is user_admitted.
struct admit_wechat_user {
  std::string appid;
  std::string openid;
  std::optional<std::string> unionid;
  sealed_bytes sealed_session_key; ///< 1 to 256 bytes.
  /// The id that the user gets if the identity is new.
  user_id candidate;
  /// The session to open; its `user` is filled in by the store.
  session opened;
  std::uint32_t max_sessions = 20; ///< At least 1.
};

struct user_admitted {
  user who;
  bool is_new_user = false;
  ended_sessions ended{}; ///< For there were too many; in ascending order.
};

/// Applies `patch` to the user, raises revision and updated_at. Fails with user_not_found. The
/// outcome is user.
struct update_profile {
  user_id id;
  profile_patch patch;
  utc_time at;
};

/// Moves the session's refresh counter from `from` to `from + 1` and sets last_seen_at and
/// rotated_at, if the session has not ended and its counter is still `from`. Otherwise changes
/// nothing and fails with conflict. The outcome is the session after the change.
struct rotate_refresh {
  session_id id;
  /// Whose session it is: by it the store keeps the order of one user's writes.
  user_id user;
  std::uint32_t from = 0;
  utc_time at;
};

enum class logout_scope : std::uint8_t { this_session, others, all };

/// Ends the sessions of `user` that `scope` names, seen from session `current`. Sessions that have
/// ended stay as they are. The outcome is ended_sessions: those that this call ended, ascending.
struct end_sessions {
  user_id user;
  session_id current;
  logout_scope scope = logout_scope::this_session;
  utc_time at;
};

/// Sets (or, with no json, removes) one value of the published configuration and makes a new
/// version, whatever it was before; its description and so on stay as they are. The outcome is the
/// version.
struct set_config_value {
  std::string key;
  std::optional<std::string> json;
  utc_time at;
};

/// What all changes of the live configuration by an operator share. Two at once are made one after
/// the other. They fail with config_conflict if the key's published version (0: there is none) is
/// not `base_version` any more; the key as it is now can be read then. Without a base_version:
/// whatever it is.
struct config_edit {
  std::string key;
  std::optional<std::uint64_t> base_version;
  config_change by;
};

/// Saves a draft in place of the one before. Fails with config_conflict, too, if that is somebody
/// else's and its revision is not `over`: nobody's work is lost unseen. The outcome is config_item.
struct save_config_draft {
  config_edit edit; ///< Without a base_version, the draft's base is the version of now.
  config_content content;
  std::optional<std::uint64_t> over{}; ///< The revision of the draft that it may replace.
};

/// Publishes a content, or with none the draft. What was published is a draft no more; somebody
/// else's draft stays if it was not that one. What changes nothing makes no new version. Fails with
/// config_draft_not_found; with config_conflict, too, if the draft's base_version is not the key's
/// version or its revision is not `draft_revision`. The outcome is config_item.
struct publish_config_value {
  config_edit edit;
  std::optional<config_content> content{};
  std::optional<std::uint64_t> draft_revision{}; ///< Nothing: whatever it is.
};

/// Removes a key, which is a version of its own. Its drafts stay. Fails with config_key_not_found
/// if nothing is published. The outcome is config_item.
struct remove_config_value {
  config_edit edit;
};

/// Throws a draft away. Fails with config_draft_not_found, and with config_conflict if its revision
/// is another one. The outcome is config_item.
struct discard_config_draft {
  config_edit edit;
  std::optional<std::uint64_t> draft_revision{}; ///< Nothing: whatever it is.
};

/// Publishes again what `to_version` was of the key, as a new version; if that one had removed it,
/// removes it. Fails with config_version_not_found if that is no version of this key. The outcome
/// is config_item.
struct roll_back_config_value {
  config_edit edit;
  std::uint64_t to_version = 0;
};

/// Counts an attempt to prove who somebody is, before its outcome is known (see judge_attempt), and
/// looks up the credential that it is about. The outcome is attempt_begun.
struct begin_attempt {
  attempt_keys keys;
  throttle_policy policy;
  /// Looked up only if the attempt is not blocked.
  std::optional<std::string> username;
  std::optional<user_id> user; ///< Instead of the username.
  utc_time at;
};

struct attempt_begun {
  std::optional<utc_time> blocked_until{};
  std::optional<credential> known{};
};

/// A password was verified against `verified_hash`: opens the session, replaces the hash if there
/// is an `upgraded_hash`, and forgives the attempt (see forgive). Sessions beyond max_sessions are
/// ended as by admit_wechat_user. Fails with bad_credentials if the user is disabled or gone, or
/// has another hash by now; then nothing is forgiven. The outcome is user_admitted.
struct open_password_session {
  user_id user;
  std::string verified_hash;
  std::optional<std::string> upgraded_hash;
  attempt_keys keys;
  throttle_policy policy;
  session opened;
  std::uint32_t max_sessions = 20;
};

/// Makes a user with a username and a password, and opens a session if there is one; takes one use
/// of the invitation, if there has to be one, and forgives the attempt. All or nothing. Fails with
/// invalid_invitation (unknown, expired or used up), username_taken; the invitation is asked first,
/// so that only who is invited learns which names there are. The outcome is user_admitted.
struct register_user {
  user_id id;
  user_role role = user_role::user;
  std::string username;
  std::string password_hash;
  std::optional<sha256_digest> invitation;
  attempt_keys keys;
  throttle_policy policy;
  std::optional<session> opened; ///< Its `user` is filled in by the store.
  utc_time at;
};

/// Gives a user, who has none, a username and a password. Fails with user_not_found (disabled,
/// too), session_ended, credentials_exist, username_taken. The outcome is user.
struct add_credentials {
  user_id user;
  std::string username;
  std::string password_hash;
  utc_time at;
  /// The user's session in which he asks for it: if it has ended by now, nothing is changed.
  std::optional<session_id> by{};
};

/// Replaces a password and ends the user's sessions, but `keep`, and forgives the attempt. Also of
/// a user who is disabled: an operator may do so. Fails with user_not_found if he has no password,
/// with conflict if its hash is not `from_hash` any more (an absent one: whatever it is), with
/// session_ended if `keep` has ended by now. The outcome is ended_sessions.
struct change_password {
  user_id user;
  std::optional<std::string> from_hash;
  std::string to_hash;
  std::optional<session_id> keep;
  attempt_keys keys;
  throttle_policy policy;
  utc_time at;
};

/// Lets a user log in with a WeChat identity, too, and keeps its session key. If it is his already,
/// changes nothing but that. Fails with identity_taken if it is another user's, with
/// wechat_already_linked if he has another one of this appid, with user_not_found (disabled, too),
/// with session_ended. The outcome is user.
struct link_identity {
  user_id user;
  std::string appid;
  std::string openid;
  std::optional<std::string> unionid;
  utc_time at;
  /// As that of add_credentials.
  std::optional<session_id> by{};
  /// 1 to 256 bytes. Nothing: the one that is kept stays.
  std::optional<sealed_bytes> sealed_session_key{};
};

/// Disables or enables a user; whoever is disabled loses his sessions. Fails with user_not_found.
/// The outcome is ended_sessions.
struct set_user_disabled {
  user_id user;
  bool disabled = true;
  utc_time at;
};

/// Deletes a user for good: ends his sessions, removes his credentials, identities and phone
/// number, and empties his profile and what his sessions say of him. What is left of the row is
/// found by no read, so that the id is never given to anybody else. Fails with user_not_found. The
/// outcome is ended_sessions.
struct delete_user {
  user_id user;
  utc_time at;
};

/// The outcome is the invitation; conflict if there is one with this code.
struct add_invitation {
  invitation added;
};

/// Fails with invalid_invitation if there is none. The outcome is the invitation that was removed.
struct remove_invitation {
  sha256_digest code_hash{};
};

/// Keeps a user's phone number, in place of the one before. Fails with user_not_found (disabled,
/// too). The outcome is bound_phone.
struct bind_phone_number {
  user_id user;
  std::string appid;
  phone_number phone; ///< Its number is 1 to 64 bytes long.
  utc_time at;
};

/// The outcome is the api_key. Fails with conflict if there is one of this name that was not
/// revoked, or one with this id or hash.
struct add_api_key {
  api_key added;
};

/// From now on it lets nobody in. The outcome is the api_key. Fails with conflict if there is none
/// with this id that was not revoked before.
struct revoke_api_key {
  api_key_id id;
  utc_time at;
};

/// Notes that a key was used, unless that was noted less than a minute before `at`. The outcome is
/// how many rows were changed: 1 or 0.
struct touch_api_key {
  api_key_id id;
  utc_time at;
};

/// Removes what serves nobody any more: sessions that ended or whose time was over before
/// `sessions_before`; throttles without an attempt since `throttles_before` that block nobody at
/// `now`; invitations that expired before `sessions_before`, or are used up and were made before
/// it; the audit log before `audit_before`. At most `limit` rows of each table. The outcome is
/// their number.
struct purge {
  utc_time sessions_before;
  utc_time throttles_before;
  utc_time audit_before{};
  utc_time now;
  std::uint32_t limit = 1'000;
};

using write_request =
    std::variant<admit_wechat_user, update_profile, rotate_refresh, end_sessions, set_config_value,
                 begin_attempt, open_password_session, register_user, add_credentials,
                 change_password, link_identity, set_user_disabled, delete_user, add_invitation,
                 remove_invitation, purge, bind_phone_number, add_api_key, revoke_api_key,
                 touch_api_key, save_config_draft, publish_config_value, remove_config_value,
                 discard_config_draft, roll_back_config_value, record_action, confirm_password>;

/// Each request says which of them is its outcome.
using write_outcome = std::variant<user_admitted, user, session, ended_sessions, std::uint64_t,
                                   attempt_begun, invitation, bound_phone, api_key, config_item>;

/// Reads --------------------------------------------------------------------------------------

/// A user's sessions that have not ended, in ascending order of id. The time of some may be over.
struct list_sessions {
  user_id user;
};

/// A page of accounts in ascending order of id, disabled users among them, deleted ones not.
struct account_page_query {
  std::optional<user_id> after;
  std::uint32_t limit = 20;
};

/// The sealed session key of the user's identity of a mini-program.
struct find_session_key {
  user_id user;
  std::string appid;
};

struct stored_session_key {
  std::string openid; ///< With the appid, what it was sealed for.
  sealed_bytes sealed;

  friend bool operator==(const stored_session_key&, const stored_session_key&) = default;
};

/// The phone number of a user.
struct find_bound_phone {
  user_id user;
};

/// Revoked and expired ones, too.
struct find_api_key {
  sha256_digest hash{};
};

/// A published value, without what is only for operators; `json` is a serialised JSON value.
struct config_entry {
  std::string key;
  std::string json;
  config_visibility visibility = config_visibility::client;
  std::optional<config_targeting> targeting{};

  friend bool operator==(const config_entry&, const config_entry&) = default;
};

struct config_snapshot {
  std::uint64_t version = 0;         ///< 0: nothing was ever published.
  std::vector<config_entry> entries; ///< In ascending order of key.

  friend bool operator==(const config_snapshot&, const config_snapshot&) = default;
};

/// All keys with a published value or a draft, in ascending order.
struct list_config_items {};

/// One key, if it has a published value or a draft.
struct find_config_item {
  std::string key;
};

/// The versions of a key, the newest first. A key that was removed has some, too.
struct list_config_history {
  std::string key;
  std::optional<std::uint64_t> before{}; ///< Only versions below this one.
  std::uint32_t limit = 20;
};

using config_history = std::vector<config_version>;

} // namespace maque
