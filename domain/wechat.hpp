#pragma once

#include "domain/secret.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

/// What can be asked of WeChat's server API for a mini-program, as plain values: the vocabulary
/// that wechat/api.hpp and the messages of the wechat_client actor share. Every request names the
/// mini-program by its appid; each says which reply is its own.
namespace maque {

/// Logging in ----------------------------------------------------------------------------------

/// GET /sns/jscode2session. The reply is code_exchanged. Needs no access token.
struct exchange_code {
  std::string appid;
  std::string code;
};

struct code_exchanged {
  std::string appid;
  std::string openid;
  std::optional<std::string> unionid;
  secret session_key;
};

/// GET /wxa/checksession. The reply is session_key_checked.
struct check_session_key {
  std::string appid;
  std::string openid;
  secret session_key;
};

struct session_key_checked {
  bool valid = false; ///< WeChat's errcode 87009 is no error here.
};

/// GET /wxa/resetusersessionkey. The reply is session_key_reset.
struct reset_session_key {
  std::string appid;
  std::string openid;
  secret session_key;
};

struct session_key_reset {
  std::string openid;
  secret session_key;
};

/// Access tokens -------------------------------------------------------------------------------

/// POST /cgi-bin/stable_token. The reply is access_token_fetched. `force` invalidates the token
/// that is in use; WeChat allows it 20 times a day, 30 s apart.
struct fetch_access_token {
  std::string appid;
  bool force = false;
};

struct access_token_fetched {
  secret token; ///< 1 to bounds::access_token_bytes of visible ASCII.
  std::chrono::seconds expires_in{0};
};

/// The user ------------------------------------------------------------------------------------

/// POST /wxa/business/getuserphonenumber. The reply is phone_number.
struct find_phone_number {
  std::string appid;
  std::string code; ///< Of the phone-number button: another kind than that of wx.login.
  /// Whose number it has to be; empty: anybody's.
  std::string openid{};
};

struct phone_number {
  std::string number;       ///< With the country's code if it is a foreign one: phoneNumber.
  std::string local_number; ///< Without: purePhoneNumber.
  std::string country_code; ///< "86"

  friend bool operator==(const phone_number&, const phone_number&) = default;
};

/// POST /wxa/msg_sec_check, version 2. The reply is text_checked.
struct check_text {
  std::string appid;
  std::string openid;
  std::string content;    ///< 1 to 2,500 characters.
  std::uint8_t scene = 2; ///< 1: profile, 2: comment, 3: forum, 4: social log.
  std::string title{};    ///< Empty: none. So are the next two.
  std::string nickname{};
  std::string signature{}; ///< Only with scene 1.
};

enum class text_verdict : std::uint8_t { pass, review, risky };

struct text_checked {
  text_verdict verdict = text_verdict::review;
  int label = 100; ///< 100: nothing found; others as on the page of msgSecCheck.
  std::string trace_id;
};

/// Messages and links --------------------------------------------------------------------------

/// Which version of the mini-program a message or a link leads to.
enum class program_version : std::uint8_t { release, trial, develop };

/// POST /cgi-bin/message/subscribe/send. The reply is message_sent.
struct send_subscribe_message {
  std::string appid;
  std::string openid;
  std::string template_id;
  std::string data_json; ///< An object of {"value": text} by the template's keyword, serialised.
  std::string page{};    ///< Empty: none.
  program_version version = program_version::release;
  std::string language{}; ///< Empty: zh_CN.
};

struct message_sent {};

/// POST /wxa/getwxacodeunlimit. The reply is code_image.
struct make_code_image {
  std::string appid;
  std::string scene;  ///< 1 to 32 characters: digits, letters, !#$&'()*+,/:;=?@-._~
  std::string page{}; ///< Without a leading "/"; empty: the home page.
  bool check_path = true;
  program_version version = program_version::release;
  std::uint16_t width = 430; ///< Pixels, 280 to 1280.
  bool is_hyaline = false;   ///< A transparent background.
};

struct code_image {
  std::string content_type; ///< "image/png" or "image/jpeg", by what the bytes are.
  std::string bytes;
};

/// When a scheme or a link ends: at most 30 days from now.
struct link_lifetime {
  std::chrono::days days{30}; ///< 1 to 30.
};

/// POST /wxa/generatescheme. The reply is scheme_made.
struct make_scheme {
  std::string appid;
  std::string path{};  ///< Empty: the home page.
  std::string query{}; ///< At most 512 characters.
  program_version version = program_version::release;
  link_lifetime lifetime{};
};

struct scheme_made {
  std::string open_link; ///< "weixin://dl/business/?t=…"
};

/// POST /wxa/generate_urllink. The reply is url_link_made.
struct make_url_link {
  std::string appid;
  std::string path{};
  std::string query{};
  program_version version = program_version::release;
  link_lifetime lifetime{};
};

struct url_link_made {
  std::string url_link; ///< "https://wxaurl.cn/…"
};

/// For the operator ----------------------------------------------------------------------------

/// POST /cgi-bin/openapi/quota/get. The reply is quota.
struct find_quota {
  std::string appid;
  std::string cgi_path; ///< "/wxa/msg_sec_check"
};

struct quota {
  std::int64_t daily_limit = 0;
  std::int64_t used = 0;
  std::int64_t remain = 0;
};

/// POST /cgi-bin/openapi/rid/get. The reply is rid_details.
struct find_rid {
  std::string appid;
  std::string rid; ///< As in an errmsg.
};

struct rid_details {
  std::int64_t invoked_at = 0; ///< Seconds since 1970.
  std::int64_t cost_ms = 0;
  std::string request_url;   ///< Without its query, which may hold a token.
  std::string response_body; ///< Cut to bounds::errmsg_bytes.
  std::string client_ip;
};

/// All of them ---------------------------------------------------------------------------------

using wechat_order =
    std::variant<exchange_code, fetch_access_token, find_phone_number, check_session_key,
                 reset_session_key, check_text, send_subscribe_message, make_code_image,
                 make_scheme, make_url_link, find_quota, find_rid>;

using wechat_outcome =
    std::variant<code_exchanged, access_token_fetched, phone_number, session_key_checked,
                 session_key_reset, text_checked, message_sent, code_image, scheme_made,
                 url_link_made, quota, rid_details>;

} // namespace maque
