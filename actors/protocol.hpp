#pragma once

#include "domain/errors.hpp"
#include "domain/request_context.hpp"
#include "domain/secret.hpp"
#include "domain/session.hpp"
#include "domain/storage.hpp"
#include "domain/user.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/error.hpp>
#include <caf/type_id.hpp>
#include <caf/typed_actor.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// Every message and every actor's interface. A request is a request_context and a struct in the
/// imperative; its reply is a struct in the past tense, or an error (see to_caf). All actors can
/// fail with internal, overloaded, shutting_down and deadline_exceeded.
namespace maque {

/// Requests -----------------------------------------------------------------------------------

/// What a client says of itself when it logs in.
struct device_info {
  std::string name;    ///< Its User-Agent, cut to limits::device_bytes.
  std::string address; ///< Where it connected from.
};

struct log_in_with_wechat {
  std::string code;
  device_info device;
};

struct issue_tokens {
  session opened;
  user who;
  bool is_new_user = false;
  /// The secret of `opened`; only its hash is stored.
  std::array<std::uint8_t, 32> refresh_secret{};
};

struct refresh_session {
  std::string refresh_token;
};

struct log_out {
  user_id user;
  session_id current;
  logout_scope scope = logout_scope::this_session;
};

struct find_user {
  user_id id;
};

struct change_profile {
  user_id id;
  profile_patch patch;
};

struct exchange_code {
  std::string code;
};

struct find_session {
  session_id id;
};

// Passwords

struct hash_password {
  secret text;
};

struct verify_password {
  secret text;
  /// What is stored for the account; empty if there is no such account, or none with a password.
  std::string stored;
};

struct list_ended_sessions {
  utc_time since;
};

struct load_config {
  /// The version that is known already; the same one is not sent again.
  std::uint64_t known_version = 0;
};

/// Announcements, from the owner of something to all lanes ---------------------------------------

struct revoke_sessions {
  std::vector<session_id> ended;
  /// Until then an access token of these sessions could still be within its time.
  utc_time until;
};

/// Reads from the database which sessions were ended lately.
struct reload_revocations {};

struct replace_cached_user {
  user current;
};

/// Looks whether the file of the signing keys was changed.
struct look_at_keys {};

/// Replies ------------------------------------------------------------------------------------

struct tokens {
  user_id user; ///< Whose they are.
  session_id session;
  std::string access_token;
  std::chrono::seconds access_ttl{0};
  std::string refresh_token;
  std::chrono::seconds refresh_ttl{0};
  bool is_new_user = false;
};

struct session_opened {
  tokens issued;
  user who;
};

struct session_refreshed {
  tokens issued;
};

struct logged_out {
  std::uint32_t ended_sessions = 0;
};

struct code_exchanged {
  std::string appid;
  std::string openid;
  std::optional<std::string> unionid;
  secret session_key;
};

struct password_hashed {
  std::string phc; ///< To be stored.
};

struct password_verified {
  bool matches = false;
  /// If it matches, but what is stored is outdated: to be stored instead.
  std::optional<std::string> upgraded;
};

struct announcement_applied {
  std::uint32_t lane = 0;
};

/// The published configuration, ready to be served: made once a version, shared by all who read it.
struct published_config {
  struct value {
    std::string json;
    std::string etag;
  };

  std::uint64_t version = 0;
  /// The whole of it: {"version":…,"values":{…}}.
  value whole;
  /// Each value alone, in ascending order of key.
  std::vector<std::pair<std::string, value>> by_key;

  const value* find(std::string_view key) const noexcept;
};

using shared_config = std::shared_ptr<const published_config>;

struct find_config {};

} // namespace maque

// All messages stay within one process so far, and are handed over as the objects that they are. A
// type that is to travel between nodes gets a type id and an inspect() instead.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::request_context)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::log_in_with_wechat)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::issue_tokens)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::refresh_session)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::log_out)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::find_user)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::change_profile)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::user_page_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::exchange_code)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::find_session)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::hash_password)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::verify_password)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::list_ended_sessions)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::load_config)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::find_config)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::revoke_sessions)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::reload_revocations)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::replace_cached_user)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::look_at_keys)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::session_opened)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::session_refreshed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::logged_out)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::code_exchanged)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::password_hashed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::password_verified)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::announcement_applied)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::shared_config)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::user)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<maque::user>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::optional<maque::user>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::session)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::optional<maque::session>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::ended_sessions)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::optional<maque::config_snapshot>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::admit_wechat_user)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::user_admitted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::update_profile)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::rotate_refresh)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::end_sessions)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::list_sessions)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<maque::session>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::begin_attempt)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::attempt_begun)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::open_password_session)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::register_user)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::add_credentials)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::change_password)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::link_identity)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::purge)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::invitation)

namespace maque {

/// Interfaces ---------------------------------------------------------------------------------

/// Turns a proof of identity into a session.
using login_actor = caf::typed_actor<
    // Exchanges the code with WeChat, finds or makes the user, opens a session. When it replies,
    // all of it is on disk. Fails with the mapped WeChat error, account_disabled,
    // database_unavailable.
    caf::replies_to<request_context, log_in_with_wechat>::with<session_opened>>;

/// Issues tokens, renews and ends sessions.
using session_actor = caf::typed_actor<
    // Signs the tokens of a session that is stored already.
    caf::replies_to<request_context, issue_tokens>::with<session_opened>,
    // Rotates the refresh token. The one before the current one gets the current one again within
    // the reuse window; an older one ends the session. Fails with invalid_refresh_token,
    // session_ended, database_unavailable.
    caf::replies_to<request_context, refresh_session>::with<session_refreshed>,
    // Ends sessions of a user. When it replies, no lane accepts their access tokens any more. May
    // be sent to any session actor; the one that the ring names does it. Fails with
    // database_unavailable.
    caf::replies_to<request_context, log_out>::with<logged_out>,
    // From the owner: refuse these sessions' access tokens from now on.
    caf::replies_to<revoke_sessions>::with<announcement_applied>,
    // After a start: what this lane may have missed. Fails with database_unavailable.
    caf::replies_to<request_context, reload_revocations>::with<announcement_applied>>;

/// Serves profiles from the lane's cache, changes them at their owner.
using user_actor = caf::typed_actor<
    // Fails with user_not_found, database_unavailable.
    caf::replies_to<request_context, find_user>::with<user>,
    // When it replies, the change is on disk and no lane serves the old profile any more. May be
    // sent to any user actor. Fails with user_not_found, invalid_field, database_unavailable.
    caf::replies_to<request_context, change_profile>::with<user>,
    // A page, straight from the database. Fails with database_unavailable.
    caf::replies_to<request_context, user_page_query>::with<std::vector<user>>,
    // From the owner: this is the newest state of the user.
    caf::replies_to<replace_cached_user>::with<announcement_applied>>;

/// Knows the published configuration and notices new versions.
using config_actor = caf::typed_actor<
    // The newest version that this lane knows. Fails with database_unavailable before the first one
    // could be read.
    caf::replies_to<request_context, find_config>::with<shared_config>,
    // Looks whether there is a newer version.
    caf::reacts_to<load_config>>;

/// Reads the signing keys again when their file was changed, and tells all lanes.
using key_keeper_actor = caf::typed_actor<
    // From itself, once a second.
    caf::reacts_to<look_at_keys>>;

/// Speaks to WeChat's servers, on threads of its own.
using wechat_client_actor = caf::typed_actor<
    // Exchanges a login code, once. Fails with invalid_code, user_blocked_by_wechat,
    // too_many_requests, wechat_rejected_us, wechat_bad_reply, wechat_unavailable.
    caf::replies_to<request_context, exchange_code>::with<code_exchanged>>;

/// Hashes and verifies passwords, on threads of its own, of which there are few: a hash takes tens
/// of milliseconds and tens of MiB. What would not be done before its deadline is refused with
/// overloaded as soon as that can be told.
using password_hasher_actor = caf::typed_actor<
    // Any text is hashed; whether it may be a password is for domain/password.hpp to say.
    caf::replies_to<request_context, hash_password>::with<password_hashed>,
    // Not matching is no error. Takes as long for an account that doesn't exist as for one with a
    // hash of the current parameters. A stored hash that can't be used is logged and never matches.
    caf::replies_to<request_context, verify_password>::with<password_verified>>;

/// The lane's way to the database: gathers what arrives and sends it on in batches. Everything here
/// can fail with database_unavailable.
using database_actor = caf::typed_actor<
    // Reads. The empty optional: there is none.
    caf::replies_to<request_context, find_user>::with<std::optional<user>>,
    caf::replies_to<request_context, find_session>::with<std::optional<session>>,
    caf::replies_to<request_context, user_page_query>::with<std::vector<user>>,
    caf::replies_to<request_context, list_ended_sessions>::with<ended_sessions>,
    caf::replies_to<request_context, list_sessions>::with<std::vector<session>>,
    // No snapshot if the version is still the known one.
    caf::replies_to<request_context, load_config>::with<std::optional<config_snapshot>>,
    // Writes: what is acknowledged is on disk. For their errors see domain/storage.hpp.
    caf::replies_to<request_context, admit_wechat_user>::with<user_admitted>,
    caf::replies_to<request_context, update_profile>::with<user>,
    caf::replies_to<request_context, rotate_refresh>::with<session>,
    caf::replies_to<request_context, end_sessions>::with<ended_sessions>,
    caf::replies_to<request_context, begin_attempt>::with<attempt_begun>,
    caf::replies_to<request_context, open_password_session>::with<user_admitted>,
    caf::replies_to<request_context, register_user>::with<user_admitted>,
    caf::replies_to<request_context, add_credentials>::with<user>,
    caf::replies_to<request_context, change_password>::with<ended_sessions>,
    caf::replies_to<request_context, link_identity>::with<user>,
    caf::replies_to<request_context, purge>::with<std::uint64_t>>;

/// Errors -------------------------------------------------------------------------------------

/// An error as it travels between actors.
caf::error to_caf(const error& cause);

/// True for errors made by to_caf; false for those of CAF's own, e.g. that the receiver is gone.
bool is_ours(const caf::error& carried) noexcept;

/// Back again. Errors of CAF's own, e.g. of a request whose receiver is gone, become internal.
error from_caf(const caf::error& carried);

} // namespace maque
