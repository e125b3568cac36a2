#include "wechat/encode.hpp"

#include "domain/text.hpp"

#include <nlohmann/json.hpp>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <string_view>
#include <utility>

namespace maque::wechat {
namespace {

using nlohmann::json;

/// A body that is built member by member. What is not UTF-8 can't be JSON (RFC 8259, section 8.1).
class body_builder {
public:
  body_builder& text(const char* name, const std::string& value) {
    if (!count_code_points(value) && wrong_.empty()) wrong_ = name;
    if (wrong_.empty()) body_[name] = value;
    return *this;
  }
  body_builder& text_unless_empty(const char* name, const std::string& value) {
    return value.empty() ? *this : text(name, value);
  }
  template <class T>
  body_builder& value(const char* name, T value) {
    body_[name] = std::move(value);
    return *this;
  }
  body_builder& part(const char* name, body_builder inner) {
    if (wrong_.empty()) wrong_ = std::move(inner.wrong_);
    return value(name, std::move(inner.body_));
  }

  result<outgoing> post_to(std::string target) && {
    if (!wrong_.empty()) return fail(errc::invalid_field, wrong_ + ": not UTF-8");
    return outgoing{std::move(target), body_.dump()};
  }

private:
  json body_ = json::object();
  std::string wrong_; ///< The first member that can't be sent.
};

std::string with_token(std::string_view path, const secret& access_token) {
  return std::string{path} + "?access_token=" + percent_encode(access_token.reveal());
}

/// As WeChat wants a proof of the session key: hex(HMAC-SHA256(key = session_key as text, "")).
std::string sign_nothing(const secret& session_key) {
  const std::string& key = session_key.reveal();
  constexpr unsigned char nothing = 0;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), &nothing, 0, digest.data(), &size);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < size; ++i)
    hex += {digits[digest.at(i) >> 4U], digits[digest.at(i) & 0x0FU]};
  return hex;
}

std::string session_target(std::string_view path, const secret& access_token,
                           std::string_view openid, const secret& session_key) {
  return with_token(path, access_token) + "&openid=" + percent_encode(openid) +
         "&signature=" + sign_nothing(session_key) + "&sig_method=hmac_sha256";
}

const char* env_version(program_version version) noexcept {
  switch (version) {
  case program_version::trial:
    return "trial";
  case program_version::develop:
    return "develop";
  case program_version::release:
    break;
  }
  return "release";
}

/// The same by the words of the page "Send a subscribe message".
const char* miniprogram_state(program_version version) noexcept {
  switch (version) {
  case program_version::trial:
    return "trial";
  case program_version::develop:
    return "developer";
  case program_version::release:
    break;
  }
  return "formal";
}

bool is_template_value(const json& value) {
  if (!value.is_object() || value.size() != 1) return false;
  const auto text = value.find("value");
  return text != value.end() && text->is_string();
}

/// Nothing if it is not an object of {"value": text}, at least one.
std::optional<json> parse_template_data(const std::string& text) {
  json data = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!data.is_object() || data.empty()) return std::nullopt;
  for (const auto& value : data)
    if (!is_template_value(value)) return std::nullopt;
  return data;
}

body_builder link_to(const std::string& path, const std::string& query, program_version version) {
  body_builder link;
  link.text_unless_empty("path", path)
      .text_unless_empty("query", query)
      .value("env_version", env_version(version));
  return link;
}

/// Expires a number of days from now (expire_type 1).
void add_lifetime(body_builder& link, link_lifetime lifetime) {
  link.value("is_expire", true)
      .value("expire_type", 1)
      .value("expire_interval", lifetime.days.count());
}

struct encoder {
  const app_credentials& app;
  const secret& access_token;

  result<outgoing> operator()(const exchange_code& order) const {
    return outgoing{"/sns/jscode2session?appid=" + percent_encode(app.appid) +
                    "&secret=" + percent_encode(app.app_secret.reveal()) +
                    "&js_code=" + percent_encode(order.code) + "&grant_type=authorization_code"};
  }

  result<outgoing> operator()(const fetch_access_token& order) const {
    body_builder body;
    body.value("grant_type", "client_credential")
        .text("appid", app.appid)
        .text("secret", app.app_secret.reveal())
        .value("force_refresh", order.force);
    return std::move(body).post_to("/cgi-bin/stable_token");
  }

  result<outgoing> operator()(const find_phone_number& order) const {
    body_builder body;
    body.text("code", order.code);
    if (!order.openid.empty()) body.text("openid", order.openid);
    return std::move(body).post_to(with_token("/wxa/business/getuserphonenumber", access_token));
  }

  result<outgoing> operator()(const check_session_key& order) const {
    return outgoing{
        session_target("/wxa/checksession", access_token, order.openid, order.session_key)};
  }

  result<outgoing> operator()(const maque::reset_session_key& order) const {
    return outgoing{
        session_target("/wxa/resetusersessionkey", access_token, order.openid, order.session_key)};
  }

  result<outgoing> operator()(const check_text& order) const {
    body_builder body;
    body.text("content", order.content)
        .value("version", 2)
        .value("scene", order.scene)
        .text("openid", order.openid)
        .text_unless_empty("title", order.title)
        .text_unless_empty("nickname", order.nickname)
        .text_unless_empty("signature", order.signature);
    return std::move(body).post_to(with_token("/wxa/msg_sec_check", access_token));
  }

  result<outgoing> operator()(const send_subscribe_message& order) const {
    auto data = parse_template_data(order.data_json);
    if (!data) return fail(errc::invalid_field, "data: not an object of {\"value\": text}");
    body_builder body;
    body.text("touser", order.openid)
        .text("template_id", order.template_id)
        .value("data", *std::move(data))
        .text_unless_empty("page", order.page)
        .value("miniprogram_state", miniprogram_state(order.version))
        .text_unless_empty("lang", order.language);
    return std::move(body).post_to(with_token("/cgi-bin/message/subscribe/send", access_token));
  }

  result<outgoing> operator()(const make_code_image& order) const {
    body_builder body;
    body.text("scene", order.scene)
        .text_unless_empty("page", order.page)
        .value("check_path", order.check_path)
        .value("env_version", env_version(order.version))
        .value("width", order.width)
        .value("is_hyaline", order.is_hyaline);
    return std::move(body).post_to(with_token("/wxa/getwxacodeunlimit", access_token));
  }

  result<outgoing> operator()(const make_scheme& order) const {
    body_builder body;
    body.part("jump_wxa", link_to(order.path, order.query, order.version));
    add_lifetime(body, order.lifetime);
    return std::move(body).post_to(with_token("/wxa/generatescheme", access_token));
  }

  result<outgoing> operator()(const make_url_link& order) const {
    body_builder body = link_to(order.path, order.query, order.version);
    add_lifetime(body, order.lifetime);
    return std::move(body).post_to(with_token("/wxa/generate_urllink", access_token));
  }

  result<outgoing> operator()(const find_quota& order) const {
    body_builder body;
    body.text("cgi_path", order.cgi_path);
    return std::move(body).post_to(with_token("/cgi-bin/openapi/quota/get", access_token));
  }

  result<outgoing> operator()(const find_rid& order) const {
    body_builder body;
    body.text("rid", order.rid);
    return std::move(body).post_to(with_token("/cgi-bin/openapi/rid/get", access_token));
  }
};

struct hider {
  redactor& hide;

  void operator()(const exchange_code& order) const { hide.hide(order.code); }
  void operator()(const find_phone_number& order) const { hide.hide(order.code); }
  void operator()(const check_session_key& order) const { hide_key(order.session_key); }
  void operator()(const maque::reset_session_key& order) const { hide_key(order.session_key); }
  template <class Other>
  void operator()(const Other&) const noexcept {}

  void hide_key(const secret& session_key) const {
    hide.hide(session_key.reveal());
    // It proves the key to WeChat as well as the key does.
    hide.hide(sign_nothing(session_key));
  }
};

} // namespace

result<outgoing> encode(const app_credentials& app, const wechat_order& order,
                        const secret& access_token) {
  return std::visit(encoder{app, access_token}, order);
}

redactor redactor_of(const app_credentials& app, const wechat_order& order,
                     const secret& access_token, const std::string& target) {
  redactor hide;
  // A mere path is no secret.
  if (target.find('?') != std::string::npos) hide.hide(target);
  hide.hide(app.app_secret.reveal());
  hide.hide(access_token.reveal());
  std::visit(hider{hide}, order);
  return hide;
}

} // namespace maque::wechat
