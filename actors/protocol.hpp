#pragma once

#include "actors/messages.hpp"
#include "actors/operator_messages.hpp"
#include "actors/push_protocol.hpp"

#include <caf/error.hpp>
#include <caf/typed_actor.hpp>

/// Every actor's interface: what it takes, what it promises, which errors can come back. All actors
/// can fail with internal, overloaded, shutting_down and deadline_exceeded. The messages are in
/// actors/messages.hpp.
namespace maque {

/// Turns a proof of identity into a session.
using login_actor = caf::typed_actor<
    // Exchanges the code with WeChat, finds or makes the user, opens a session. When it replies,
    // all of it is on disk. Fails with the mapped WeChat error, account_disabled,
    // database_unavailable.
    caf::replies_to<request_context, log_in_with_wechat>::with<session_opened>,
    // Fails with bad_credentials, in the same time for an unknown user, a wrong password, a user
    // without one and a disabled user; with too_many_attempts, overloaded, database_unavailable.
    caf::replies_to<request_context, log_in_with_password>::with<session_opened>,
    // The same without a session, for whoever is an operator; everybody else's credentials are as
    // bad as wrong ones. The operator is on disk as one who has not guessed.
    caf::replies_to<request_context, verify_operator>::with<user>>;

/// Makes accounts, and changes what their owners log in with.
using account_actor = caf::typed_actor<
    // Fails with registration_closed, invalid_field (the password's), username_taken,
    // invalid_invitation, too_many_attempts, overloaded, database_unavailable. May be sent to any
    // account actor: the one that the ring names lets one registration of a name through at a time.
    caf::replies_to<request_context, register_account>::with<session_opened>,
    // The user's other sessions end; when it replies, no lane accepts their tokens any more. Fails
    // with bad_credentials, invalid_field, too_many_attempts, conflict (he has no password),
    // session_ended, overloaded, database_unavailable.
    caf::replies_to<request_context, change_own_password>::with<password_changed>,
    // Fails with invalid_field, username_taken, credentials_exist, user_not_found, session_ended,
    // too_many_attempts, overloaded, database_unavailable.
    caf::replies_to<request_context, add_own_credentials>::with<user>,
    // Fails with the mapped WeChat error, identity_taken, wechat_already_linked, user_not_found,
    // session_ended, database_unavailable.
    caf::replies_to<request_context, link_wechat>::with<user>>;

/// What WeChat tells of a user: encrypted or signed, which is read with the session key of his last
/// login by way of WeChat; or when it is asked. The first two fail with session_key_missing if
/// there is no key that can be opened; all with database_unavailable.
using wechat_data_actor = caf::typed_actor<
    // Fails with bad_encrypted_data, whatever is wrong with it.
    caf::replies_to<request_context, decrypt_user_data>::with<user_data_decrypted>,
    // A wrong signature is no error.
    caf::replies_to<request_context, check_user_data>::with<user_data_checked>,
    // When it replies, the number is on disk, in place of the one before. Fails with the mapped
    // WeChat error, with user_not_found (disabled, too).
    caf::replies_to<request_context, bind_own_phone>::with<bound_phone>>;

/// Issues tokens, renews and ends sessions.
using session_actor = caf::typed_actor<
    // Signs the tokens of a session that is stored already, when all lanes know what was ended for
    // it.
    caf::replies_to<request_context, issue_tokens>::with<session_opened>,
    // Rotates the refresh token. The one before the current one gets the current one again within
    // the reuse window; an older one ends the session. Fails with invalid_refresh_token,
    // session_ended, database_unavailable.
    caf::replies_to<request_context, refresh_session>::with<session_refreshed>,
    // Ends sessions of a user. When it replies, no lane accepts their access tokens any more. May
    // be sent to any session actor; the one that the ring names does it. Fails with
    // database_unavailable.
    caf::replies_to<request_context, log_out>::with<logged_out>,
    // Ends one session of a user; as log_out. Fails with session_not_found if he has none such that
    // is open, with database_unavailable.
    caf::replies_to<request_context, end_session>::with<logged_out>,
    // The user's sessions that can still be used, in ascending order of id. Fails with
    // database_unavailable.
    caf::replies_to<request_context, list_sessions>::with<std::vector<session>>,
    // Replies when no lane accepts the access tokens of these sessions any more.
    caf::replies_to<request_context, announce_ended>::with<announcement_applied>,
    caf::reacts_to<look_for_ended_sessions>, caf::reacts_to<purge_database>,
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
    caf::replies_to<request_context, user_page_query>::with<profile_page>,
    // From the owner: this is the newest state of the user.
    caf::replies_to<replace_cached_user>::with<announcement_applied>>;

/// Notices new versions of the published configuration, and gives each to all lanes.
using config_watcher_actor = caf::typed_actor<
    // From its lane, once a tick. While the database doesn't answer, not each one leads to a look.
    caf::reacts_to<look_for_config>,
    // Looks at once. Replies when all lanes serve what was published before this was sent. Fails
    // with database_unavailable.
    caf::replies_to<request_context, put_config_in_force>::with<config_in_force>,
    // From the last of the lanes.
    caf::reacts_to<config_applied>>;

/// Reads the signing keys again when their file was changed, and tells all lanes.
using key_keeper_actor = caf::typed_actor<
    // From itself, once a second.
    caf::reacts_to<look_at_keys>>;

/// Owns the access token of one mini-program: no other place fetches one. It is fetched when it is
/// first asked for, renewed before it expires, and shared by all who ask meanwhile.
using access_token_actor = caf::typed_actor<
    // Fails with wechat_rejected_us, wechat_bad_reply, wechat_unavailable.
    caf::replies_to<request_context, find_access_token>::with<access_token_found>,
    // Drops the token only if it still is the one that failed. Fails as find_access_token, and with
    // wechat_unavailable once WeChat's limit on forced refreshes is reached.
    caf::replies_to<request_context, replace_access_token>::with<access_token_found>>;

/// Speaks to WeChat's servers, on threads of its own; see domain/wechat.hpp. Every request can fail
/// with wechat_rejected_us, wechat_bad_reply, wechat_unavailable (also at once, while the
/// endpoint's circuit breaker is open), too_many_requests, and with invalid_field where WeChat says
/// that an argument is wrong.
using wechat_client_actor = caf::typed_actor<
    // Once, whatever happens. Waits for no access token. Fails with invalid_code,
    // user_blocked_by_wechat, too.
    caf::replies_to<request_context, exchange_code>::with<code_exchanged>,
    caf::replies_to<request_context, fetch_access_token>::with<access_token_fetched>,
    // These get the access token from its owner first; one that WeChat refuses is replaced, and the
    // call repeated, once.
    // Fails with invalid_code, too.
    caf::replies_to<request_context, find_phone_number>::with<phone_number>,
    caf::replies_to<request_context, check_session_key>::with<session_key_checked>,
    caf::replies_to<request_context, reset_session_key>::with<session_key_reset>,
    caf::replies_to<request_context, check_text>::with<text_checked>,
    // Fails with subscription_refused, too.
    caf::replies_to<request_context, send_subscribe_message>::with<message_sent>,
    caf::replies_to<request_context, make_code_image>::with<code_image>,
    caf::replies_to<request_context, make_scheme>::with<scheme_made>,
    caf::replies_to<request_context, make_url_link>::with<url_link_made>,
    caf::replies_to<request_context, find_quota>::with<quota>,
    caf::replies_to<request_context, find_rid>::with<rid_details>>;

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
    caf::replies_to<request_context, user_page_query>::with<profile_page>,
    caf::replies_to<request_context, list_ended_sessions>::with<ended_sessions>,
    caf::replies_to<request_context, list_sessions>::with<std::vector<session>>,
    caf::replies_to<request_context, find_session_key>::with<std::optional<stored_session_key>>,
    caf::replies_to<request_context, find_bound_phone>::with<std::optional<bound_phone>>,
    caf::replies_to<request_context, find_api_key>::with<std::optional<api_key>>,
    // No snapshot if the version is still the known one.
    caf::replies_to<request_context, load_config>::with<std::optional<config_snapshot>>,
    caf::replies_to<request_context, list_config_items>::with<std::vector<config_item>>,
    caf::replies_to<request_context, find_config_item>::with<std::optional<config_item>>,
    caf::replies_to<request_context, list_config_history>::with<config_history>,
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
    caf::replies_to<request_context, bind_phone_number>::with<bound_phone>,
    caf::replies_to<request_context, touch_api_key>::with<std::uint64_t>,
    caf::replies_to<request_context, audit_page_query>::with<std::vector<audit_entry>>,
    caf::replies_to<request_context, session_page_query>::with<std::vector<session>>,
    caf::replies_to<request_context, account_search>::with<std::vector<account>>,
    caf::replies_to<request_context, record_action>::with<std::uint64_t>,
    caf::replies_to<request_context, confirm_password>::with<user>,
    caf::replies_to<request_context, set_user_disabled>::with<ended_sessions>,
    caf::replies_to<request_context, purge>::with<std::uint64_t>,
    caf::replies_to<request_context, save_config_draft>::with<config_item>,
    caf::replies_to<request_context, publish_config_value>::with<config_item>,
    caf::replies_to<request_context, remove_config_value>::with<config_item>,
    caf::replies_to<request_context, discard_config_draft>::with<config_item>,
    caf::replies_to<request_context, roll_back_config_value>::with<config_item>>;

/// Errors -------------------------------------------------------------------------------------

/// An error as it travels between actors.
caf::error to_caf(const error& cause);

/// True for errors made by to_caf; false for those of CAF's own, e.g. that the receiver is gone.
bool is_ours(const caf::error& carried) noexcept;

/// Back again. Errors of CAF's own, e.g. of a request whose receiver is gone, become internal.
error from_caf(const caf::error& carried);

} // namespace maque
