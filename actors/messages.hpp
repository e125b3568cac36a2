#pragma once

#include "domain/errors.hpp"
#include "domain/request_context.hpp"
#include "domain/secret.hpp"
#include "domain/session.hpp"
#include "domain/storage.hpp"
#include "domain/user.hpp"
#include "domain/username.hpp"
#include "domain/wechat.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/type_id.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// Every message that travels between actors. A request is a request_context and a struct in the
/// imperative; its reply is a struct in the past tense, or an error (see to_caf). Who takes which
/// is in actors/protocol.hpp.
namespace maque {

/// Requests -----------------------------------------------------------------------------------

/// What a client says of itself when it logs in.
struct device_info {
  std::string name;    ///< Its User-Agent, cut to limits::device_bytes.
  std::string address; ///< Where it connected from.
};

struct log_in_with_wechat {
  std::string appid; ///< One of ours.
  std::string code;
  device_info device;
};

struct log_in_with_password {
  std::string username; ///< As it was typed.
  secret password;
  /// What an earlier login on this device was given; empty if there was none.
  secret device_token;
  device_info device;
};

struct issue_tokens {
  session opened;
  user who;
  bool is_new_user = false;
  /// The secret of `opened`; only its hash is stored.
  std::array<std::uint8_t, 32> refresh_secret{};
  /// What was ended for it, of which no lane knows yet.
  ended_sessions ended{};
  secret device_token{};
};

struct register_account {
  username name;
  secret password;
  std::string invitation_code; ///< Empty: none.
  device_info device;
};

struct change_own_password {
  user_id user;
  session_id current;
  secret from;
  secret to;
};

struct add_own_credentials {
  user_id user;
  session_id current;
  username name;
  secret password;
};

struct link_wechat {
  user_id user;
  session_id current;
  std::string appid; ///< One of ours.
  std::string code;
};

/// What a mini-program got from WeChat for a user, as its API names it.
struct decrypt_user_data {
  user_id user;
  std::string appid; ///< One of ours, as in the next one.
  secret encrypted_data;
  secret iv;
};

struct check_user_data {
  user_id user;
  std::string appid;
  secret raw_data;
  secret signature;
};

/// Asks WeChat for the number that a user has agreed to give, and keeps it.
struct bind_own_phone {
  user_id user;
  session_id current;
  std::string appid;
  std::string code; ///< Of the phone-number button.
};

struct refresh_session {
  std::string refresh_token;
};

struct log_out {
  user_id user;
  session_id current;
  logout_scope scope = logout_scope::this_session;
};

/// Ends one session of a user, for he says so, or an operator.
struct end_session {
  user_id user;
  session_id which;
  bool by_operator = false;
};

struct find_user {
  user_id id;
};

struct change_profile {
  user_id id;
  profile_patch patch;
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

// Access tokens of WeChat

struct find_access_token {};

/// WeChat has refused `failed`.
struct replace_access_token {
  secret failed;
};

/// Announcements, from the owner of something to all lanes ---------------------------------------

struct revoke_sessions {
  std::vector<session_id> ended;
  /// Until then an access token of these sessions could still be within its time.
  utc_time until;
};

/// Reads from the database which sessions were ended lately.
struct reload_revocations {};

/// Looks whether somebody else (a command, another node) has ended sessions.
struct look_for_ended_sessions {};

/// Tells all lanes of sessions that were ended in the database.
struct announce_ended {
  ended_sessions ended;
};

/// Removes from the database what serves nobody any more.
struct purge_database {};

struct replace_cached_user {
  user current;
};

/// Looks whether there is a newer version of the published configuration.
struct look_for_config {};

/// Has all lanes serve what is published by now.
struct put_config_in_force {};

/// All lanes serve this version, or a newer one.
struct config_applied {
  std::uint64_t version = 0;
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
  secret device_token{}; ///< Empty unless somebody logged in with a password.
};

struct session_refreshed {
  tokens issued;
};

struct logged_out {
  std::uint32_t ended_sessions = 0;
};

struct password_changed {
  std::uint32_t ended_sessions = 0;
};

struct access_token_found {
  secret token;
};

struct user_data_decrypted {
  secret json; ///< The object inside, serialised.
};

struct user_data_checked {
  bool valid = false;
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

struct config_in_force {
  std::uint64_t version = 0;
};

} // namespace maque

// All messages stay within one process so far, and are handed over as the objects that they are. A
// type that is to travel between nodes gets a type id and an inspect() instead.
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::request_context)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::log_in_with_wechat)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::log_in_with_password)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::register_account)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::change_own_password)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::add_own_credentials)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::link_wechat)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::decrypt_user_data)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::check_user_data)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::user_data_decrypted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::user_data_checked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::find_session_key)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::optional<maque::stored_session_key>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::find_bound_phone)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::optional<maque::bound_phone>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::bind_own_phone)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::bind_phone_number)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::bound_phone)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::find_api_key)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::optional<maque::api_key>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::api_key)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::touch_api_key)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::end_session)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::look_for_ended_sessions)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::announce_ended)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::purge_database)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::password_changed)
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
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::look_for_config)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::put_config_in_force)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::config_applied)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::config_in_force)
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
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::user)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::profile_page)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::optional<maque::user>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::session)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::optional<maque::session>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::ended_sessions)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::optional<maque::config_snapshot>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::list_config_items)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<maque::config_item>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::find_config_item)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::optional<maque::config_item>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::list_config_history)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::config_history)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::config_item)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::save_config_draft)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::publish_config_value)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::remove_config_value)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::discard_config_draft)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::roll_back_config_value)
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
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::fetch_access_token)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::access_token_fetched)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::check_session_key)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::session_key_checked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::reset_session_key)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::session_key_reset)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::find_phone_number)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::phone_number)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::check_text)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::text_checked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::send_subscribe_message)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::message_sent)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::make_code_image)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::code_image)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::make_scheme)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::scheme_made)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::make_url_link)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::url_link_made)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::find_quota)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::quota)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::find_rid)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::rid_details)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::find_access_token)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::replace_access_token)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::access_token_found)
