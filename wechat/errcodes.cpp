#include "wechat/errcodes.hpp"

#include "wechat/bounds.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace maque::wechat {
namespace {

struct rule {
  int errcode;
  errc meaning;
  /// For the client: the field that is wrong.
  std::string_view hint{};
  /// For the operator; empty where there is nothing for him to do.
  std::string_view advice{};
  /// Where the errcode has a meaning of its own; nothing: everywhere.
  std::optional<endpoint> where{};
};

constexpr std::string_view wrong_secret =
    "check the app_secret of this mini-program: it is wrong or was reset";

// Of several rows with one errcode, those of an endpoint come first.
constexpr std::array rules{
    rule{-1, errc::wechat_unavailable},
    rule{40001, errc::wechat_rejected_us, {}, wrong_secret, endpoint::code2session},
    rule{40001, errc::wechat_rejected_us, {}, wrong_secret, endpoint::stable_token},
    // An access token's owner replaces it and the call is repeated; for whoever still gets to see
    // one of these three, the next try will be with another token.
    rule{40001, errc::wechat_unavailable},
    rule{40014, errc::wechat_unavailable},
    rule{42001, errc::wechat_unavailable},
    rule{40003, errc::invalid_field, "openid"},
    rule{40013, errc::wechat_rejected_us, {}, "check the appid: WeChat doesn't know it"},
    rule{40029, errc::invalid_code},
    rule{40037, errc::invalid_field, "template_id"},
    rule{40097, errc::invalid_field},
    rule{40125, errc::wechat_rejected_us, {}, wrong_secret},
    rule{40129, errc::invalid_field, "scene"},
    rule{40159, errc::invalid_field, "path"},
    rule{40163, errc::invalid_code},
    rule{40164,
         errc::wechat_rejected_us,
         {},
         "add this server's address to the IP whitelist of the mini-program's console"},
    rule{40165, errc::invalid_field, "path"},
    rule{40169, errc::invalid_field, "scene"},
    rule{40212, errc::invalid_field, "query"},
    rule{40226, errc::user_blocked_by_wechat},
    rule{40243,
         errc::wechat_rejected_us,
         {},
         "the app_secret is frozen: release it in the mini-program's console"},
    rule{41002, errc::wechat_rejected_us, {}, "set the appid"},
    rule{41004, errc::wechat_rejected_us, {}, "set the app_secret"},
    rule{41008, errc::invalid_code},
    rule{41030, errc::invalid_field, "page"},
    rule{43101, errc::subscription_refused},
    rule{43104, errc::invalid_field, "openid"},
    rule{45009,
         errc::wechat_unavailable,
         {},
         "the daily quota is used up; it can be raised or cleared in the mini-program's console"},
    rule{45011, errc::too_many_requests},
    // Its hint is in the errmsg: see find_field().
    rule{47003, errc::invalid_field},
    rule{48001, errc::wechat_rejected_us, {}, "this mini-program has no permission for this API"},
    rule{50002, errc::user_blocked_by_wechat},
    rule{61010, errc::invalid_field, "openid: not seen in the mini-program for two hours"},
    rule{76001, errc::invalid_field, "rid"},
    rule{76002, errc::invalid_field, "rid"},
    rule{76021, errc::invalid_field, "cgi_path"},
    rule{85401, errc::invalid_field, "days"},
    rule{87009, errc::session_key_missing},
    rule{89503,
         errc::wechat_rejected_us,
         {},
         "an administrator has to confirm this server's address in WeChat"},
};

/// An errcode that we don't know is still WeChat's protocol, spoken well: it understood the call
/// and refused it. What that means only the operator can find out.
constexpr rule unknown{
    0,
    errc::wechat_rejected_us,
    {},
    "look the errcode up on WeChat's page of global error codes, or the rid with "
    "/cgi-bin/openapi/rid/get"};

const rule& find_rule(endpoint where, int errcode) noexcept {
  const auto* found = std::ranges::find_if(rules, [&](const rule& row) {
    return row.errcode == errcode && row.where.value_or(where) == where;
  });
  return found == rules.end() ? unknown : *found;
}

/// Keeps visible ASCII and spaces, so that what WeChat, or something in between, wrote can neither
/// forge a line of the log nor fill it.
std::string sanitize(std::string_view text, std::size_t limit) {
  std::string clean{text.substr(0, limit)};
  std::ranges::replace_if(
      clean, [](char c) { return c < ' ' || c > '~'; }, '?');
  return clean;
}

struct message_parts {
  std::string text;
  std::string rid;
};

/// errmsg ends with "rid: 60f6a5e5-5b1ae8c5-2e6c8e4b" (page "Query the rid information").
message_parts split_errmsg(std::string_view errmsg) {
  constexpr std::string_view marker = "rid: ";
  const auto at = errmsg.rfind(marker);
  if (at == std::string_view::npos) return {sanitize(errmsg, bounds::errmsg_bytes), {}};

  std::string_view rid = errmsg.substr(at + marker.size());
  rid = rid.substr(0, rid.find_first_not_of("0123456789abcdefABCDEF-"));
  std::string_view text = errmsg.substr(0, at);
  text = text.substr(0, text.find_last_not_of(", ") + 1);
  return {sanitize(text, bounds::errmsg_bytes), std::string{rid.substr(0, bounds::rid_bytes)}};
}

std::string describe(int errcode, std::string_view errmsg, std::string_view advice) {
  const auto [text, rid] = split_errmsg(errmsg);
  std::string cause = "WeChat errcode " + std::to_string(errcode);
  if (!text.empty()) cause += ": " + text;
  if (!rid.empty()) cause += ", rid " + rid;
  if (!advice.empty()) cause.append("; advice: ").append(advice);
  return cause;
}

/// "thing1" of "argument invalid! data.thing1.value invalid rid: …" (page "Send a subscribe
/// message", 47003); empty if there is none, or one that no template has.
std::string find_field(std::string_view errmsg) {
  constexpr std::string_view marker = "data.";
  constexpr std::string_view name_characters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
  const auto at = errmsg.find(marker);
  if (at == std::string_view::npos) return {};
  std::string_view name = errmsg.substr(at + marker.size());
  name = name.substr(0, name.find_first_of(". "));
  const bool is_name = !name.empty() && name.size() <= bounds::template_field_bytes &&
                       name.find_first_not_of(name_characters) == std::string_view::npos;
  return is_name ? std::string{name} : std::string{};
}

} // namespace

endpoint_health errcodes::health_of(int errcode) noexcept {
  if (errcode == busy) return endpoint_health::bad;
  return errcode == quota_used_up ? endpoint_health::used_up : endpoint_health::good;
}

bool errcodes::is_token_refused(endpoint where, int errcode) noexcept {
  return needs_access_token(where) && (errcode == 40001 || errcode == 40014 || errcode == 42001);
}

error map_errcode(endpoint where, int errcode, std::string_view errmsg) {
  const rule& row = find_rule(where, errcode);
  error mapped{row.meaning, std::string{row.hint}, describe(errcode, errmsg, row.advice),
               std::nullopt};
  if (errcode == errcodes::bad_argument) mapped.hint = find_field(errmsg);
  if (row.meaning == errc::too_many_requests) mapped.retry_after = bounds::rate_limit_window;
  return mapped;
}

} // namespace maque::wechat
