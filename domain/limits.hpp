#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

/// Every fixed bound of the server. What an operator may change is a setting instead
/// (config/settings.hpp), with a default that is written there.
namespace maque::limits {

// Profiles
inline constexpr std::size_t nickname_code_points = 64;
inline constexpr std::size_t avatar_url_bytes = 1024;
inline constexpr std::size_t language_bytes = 35; // BCP 47 (RFC 5646, 4.4.1)

// Login
inline constexpr std::size_t login_code_bytes = 512;
/// An AppID has 18 characters today; the pages promise no length.
inline constexpr std::size_t appid_bytes = 64;
inline constexpr std::size_t device_bytes = 256;
inline constexpr std::size_t address_bytes = 64;

// Accounts
inline constexpr std::size_t typed_username_bytes = 256;
inline constexpr std::size_t typed_password_bytes = 1024;
inline constexpr std::size_t invitation_code_bytes = 64;
inline constexpr std::size_t device_token_bytes = 128;
/// Registrations of one name that wait for the one that is under way.
inline constexpr std::size_t registrations_waiting = 4096;

// Accounts
inline constexpr std::size_t username_characters_min = 3;
inline constexpr std::size_t username_characters_max = 64;
/// Of a password that is set (ASVS 6.2.1, 6.2.9).
inline constexpr std::size_t password_code_points_min = 8;
inline constexpr std::size_t password_code_points_max = 128;
inline constexpr std::size_t password_bytes = 1024;
/// As the migrations have it.
inline constexpr std::size_t password_hash_bytes = 512;
/// Of the threads that hash passwords: a lane that wants to run gets about ten times their share.
inline constexpr int password_niceness = 10;

// Lists
inline constexpr std::uint32_t page_size_default = 20;
inline constexpr std::uint32_t page_size_max = 100;

// JSON
inline constexpr std::size_t json_depth = 32;

// HTTP
inline constexpr std::size_t target_bytes = 4096;
inline constexpr std::size_t header_fields = 100;
/// Proxies, one behind the other, that are looked at to find the client.
inline constexpr std::size_t proxy_hops = 32;
/// Requests whose memory a lane keeps for the next ones, unless their bodies were larger than this.
inline constexpr std::size_t spare_requests = 256;
inline constexpr std::size_t spare_body_bytes = 16 * 1024;
/// Read buffers that a lane keeps of connections that have fallen idle, 1 KB each.
inline constexpr std::size_t spare_inboxes = 256;
/// Connections of a lane that give up their buffers in one tick: each is a system call.
inline constexpr std::size_t dozes_a_tick = 256;
/// Responses waiting for a slow reader on one connection; above it no further request is read.
inline constexpr std::size_t response_backlog_bytes = 256 * 1024;

/// Connections to the operator's listener.
inline constexpr std::size_t operator_connections = 64;
/// Operators who are signed in with a browser at a time.
inline constexpr std::size_t operator_sessions = 64;
inline constexpr std::size_t operator_token_bytes = 1024;
/// Of an entry of the audit log, as the migration has it.
inline constexpr std::size_t audit_who_bytes = 256;
inline constexpr std::size_t audit_subject_bytes = 256;
inline constexpr std::size_t audit_details_bytes = 4096;
/// Accounts that a search finds.
inline constexpr std::uint32_t accounts_found = 50;
inline constexpr std::size_t account_search_bytes = 256;
/// Of somebody with an account: how long he is believed to be an operator without a look.
inline constexpr std::chrono::seconds operator_confirmation{1};
/// Sources of wrong tokens that are remembered, and how long after the last one.
inline constexpr std::size_t refusal_sources = 4096;
inline constexpr std::chrono::hours refusals_remembered{1};
/// Those who watch /admin/events at a time, and what may wait for a slow one of them.
inline constexpr std::size_t event_listeners = 16;
inline constexpr std::size_t event_backlog_bytes = 1024 * 1024;
inline constexpr std::chrono::seconds event_interval{1};

// Configuration values
inline constexpr std::size_t config_key_bytes = 128;
/// As the migrations have them.
inline constexpr std::size_t config_value_bytes = 256 * 1024;
inline constexpr std::size_t config_schema_bytes = 64 * 1024;
inline constexpr std::size_t config_description_bytes = 1024;
inline constexpr std::size_t config_note_bytes = 1024;
inline constexpr std::size_t config_who_bytes = 256;
inline constexpr std::size_t config_appids = 100;
/// What a lane keeps of that which targeted values make of one version, for those who come again.
inline constexpr std::size_t config_variants = 64;
inline constexpr std::size_t config_variant_bytes = 16 * 1024 * 1024;

// Tokens
inline constexpr std::size_t access_token_bytes = 2048;
inline constexpr std::size_t refresh_token_bytes = 256;
/// How far the clocks of two nodes may be apart before a token that one has just made is "not yet
/// valid" to the other (RFC 7519, 4.1.5).
inline constexpr std::chrono::seconds clock_skew{5};
/// Genuine access tokens that a lane remembers, so that it checks a signature once.
inline constexpr std::size_t verified_tokens = 16'384;

// Signing keys
/// That can be in a key file at once: those that sign, will sign, or still verify.
inline constexpr std::size_t signing_keys = 16;
/// From the making of a key to its first token, unless the operator says otherwise: all lanes know
/// it by then.
inline constexpr std::chrono::seconds key_activation{10};
/// How much longer a key verifies than its last token should live: another node's clock may be
/// behind, or its key file old.
inline constexpr std::chrono::seconds key_retirement_margin{60};

// Database
/// Requests that wait for the database in one lane; the next one is answered with 503.
inline constexpr std::size_t database_queue = 4096;
inline constexpr std::size_t write_batch = 256;
inline constexpr std::size_t read_batch = 64;

// WeChat
inline constexpr std::size_t wechat_queue = 4096;
inline constexpr std::size_t wechat_reply_bytes = 1024 * 1024;
/// What a mini-program got from WeChat to be decrypted, in base64, or to be checked.
inline constexpr std::size_t encrypted_data_bytes = 16 * 1024;
inline constexpr std::size_t raw_data_bytes = 16 * 1024;
/// An iv in base64, a SHA-1 in hex, and more.
inline constexpr std::size_t wechat_proof_bytes = 64;

// WeChat's server API, for other services; the numbers are those of WeChat's pages
inline constexpr std::size_t openid_bytes = 64;
inline constexpr std::size_t template_id_bytes = 128;
/// All of a message's keywords and values, as JSON.
inline constexpr std::size_t template_data_bytes = 4096;
inline constexpr std::size_t template_keyword_bytes = 32;
inline constexpr std::size_t checked_text_characters = 2500;
inline constexpr std::size_t code_scene_bytes = 32;
inline constexpr int code_width_min = 280;
inline constexpr int code_width_max = 1280;
inline constexpr std::size_t page_path_bytes = 1024;
inline constexpr std::size_t page_query_bytes = 512;
inline constexpr int link_days_max = 30;

// API keys
/// How exactly it is known when a key was last used.
inline constexpr std::chrono::minutes api_key_touch_interval{1};

// Pushes of WeChat
inline constexpr std::size_t push_body_bytes = 64 * 1024;
/// A timestamp, a nonce, a signature, an echostr: all of WeChat's are shorter.
inline constexpr std::size_t push_parameter_bytes = 128;
/// Elements or members, and how deep they are nested: WeChat's have 4 levels.
inline constexpr std::size_t push_nodes = 1'000;
inline constexpr std::size_t push_depth = 8;
/// Of a name: an appid, an openid, a type, an event.
inline constexpr std::size_t push_name_bytes = 64;
/// How far a push's timestamp may be from now. WeChat repeats a push 5 s after it, three times.
inline constexpr std::chrono::seconds push_age{600};
/// So long a push that comes again is known; longer than anybody can repeat it with its signature.
inline constexpr std::chrono::seconds push_memory{2 * push_age + std::chrono::seconds{60}};
inline constexpr std::size_t pushes_remembered = 65'536;
/// Subscriptions, and what one handler has not answered yet.
inline constexpr std::size_t push_subscriptions = 256;
inline constexpr std::size_t pushes_outstanding = 1'024;
/// How long a handler may work at a push.
inline constexpr std::chrono::seconds push_handling{30};

// Sessions
/// Ended sessions that a lane remembers until their last access token has expired.
inline constexpr std::size_t revocations = 1'000'000;
/// Longer than access tokens live: between the end of a session and the news of it, a lane may sign
/// one more.
inline constexpr std::chrono::seconds revocation_margin{10};

/// How far a look for sessions that somebody else ended goes back beyond the one before: longer
/// than a transaction takes from the time that it writes to its end.
inline constexpr std::chrono::seconds look_back{15};
inline constexpr std::chrono::seconds look_interval{1};
inline constexpr std::chrono::seconds look_timeout{5};
/// Sessions stay in the database so long after their end, for those who ask what happened.
inline constexpr std::chrono::hours sessions_kept{24 * 30};
inline constexpr std::chrono::minutes purge_interval{1};
inline constexpr std::chrono::seconds purge_timeout{10};
inline constexpr std::uint32_t purge_rows = 1'000;

// Traces
/// Spans of one request besides its own and its hops; further ones are counted.
inline constexpr std::size_t trail_spans = 64;
/// Messages to actors for one request; further ones are counted.
inline constexpr std::size_t trail_hops = 24;
/// Trails that a lane keeps for its next requests, some 2 KB each: as many as a turn of the lane
/// may have begun before the first is answered.
inline constexpr std::size_t spare_trails = 256;
/// Of one call to the collector; those that are common take up to 4 MiB.
inline constexpr std::size_t trace_batch_bytes = 2 * 1024 * 1024;
inline constexpr std::size_t collector_reply_bytes = 64 * 1024;
/// How often a call is made that the collector is too busy for.
inline constexpr std::uint32_t trace_batch_tries = 5;
/// The longest pause that the collector may ask for.
inline constexpr std::chrono::seconds collector_pause{60};

// Supervision
inline constexpr int restarts_max = 10;
inline constexpr std::chrono::seconds restarts_window{60};

} // namespace maque::limits
