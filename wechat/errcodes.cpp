#include "wechat/api.hpp"
#include "wechat/bounds.hpp"

#include <algorithm>
#include <array>

namespace maque::wechat {
namespace {

struct rule {
  int errcode;
  errc meaning;
  /// For the operator; empty where there is nothing for him to do.
  std::string_view advice;
};

constexpr std::array rules{
    rule{-1, errc::wechat_unavailable, ""},
    rule{40001, errc::wechat_rejected_us, "check wechat.app_secret: it is not this appid's"},
    rule{40003, errc::invalid_field, ""},
    rule{40013, errc::wechat_rejected_us, "check wechat.appid: WeChat doesn't know it"},
    // An access token's owner refreshes it and tries again; for whoever still gets to see one of
    // these two, the next try will be with another token.
    rule{40014, errc::wechat_unavailable, ""},
    rule{42001, errc::wechat_unavailable, ""},
    rule{40029, errc::invalid_code, ""},
    rule{40125, errc::wechat_rejected_us, "check wechat.app_secret: it is wrong or was reset"},
    rule{40163, errc::invalid_code, ""},
    rule{40164, errc::wechat_rejected_us,
         "add this server's address to the IP whitelist of the mini-program's console"},
    rule{40226, errc::user_blocked_by_wechat, ""},
    rule{41002, errc::wechat_rejected_us, "set wechat.appid"},
    rule{41004, errc::wechat_rejected_us, "set wechat.app_secret"},
    rule{41008, errc::invalid_code, ""},
    rule{43104, errc::invalid_field, ""},
    rule{45009, errc::wechat_unavailable,
         "the daily quota is used up; it can be raised or cleared in the mini-program's console"},
    rule{45011, errc::too_many_requests, ""},
    rule{48001, errc::wechat_rejected_us, "this mini-program has no permission for this API"},
    rule{50002, errc::user_blocked_by_wechat, ""},
};

/// An errcode that we don't know is still WeChat's protocol, spoken well: it understood the call
/// and refused it. What that means only the operator can find out.
constexpr rule unknown{
    0, errc::wechat_rejected_us,
    "look the errcode up on WeChat's page of global error codes, or the rid with "
    "/cgi-bin/openapi/rid/get"};

const rule& find_rule(int errcode) noexcept {
  const auto* found = std::ranges::find(rules, errcode, &rule::errcode);
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

} // namespace

error map_errcode(int errcode, std::string_view errmsg) {
  const rule& row = find_rule(errcode);
  error mapped{row.meaning, {}, describe(errcode, errmsg, row.advice), std::nullopt};
  if (row.meaning == errc::too_many_requests) mapped.retry_after = bounds::rate_limit_window;
  return mapped;
}

} // namespace maque::wechat
