#include "wechat_simulator/control_orders.hpp"

#include "wechat_simulator/control_replies.hpp"
#include "wechat_simulator/identity.hpp"
#include "wechat_simulator/json_input.hpp"
#include "wechat_simulator/user_data.hpp"

#include <set>
#include <utility>

namespace maque::wechat_simulator {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using milliseconds = std::chrono::milliseconds;
using seconds = std::chrono::seconds;

/// An hour of latency, ten years of clock: far beyond what makes sense, near enough to be computed.
constexpr std::int64_t latency_limit_ms = 3'600'000;
constexpr std::int64_t time_limit_s = 10LL * 365 * 86'400;

const ordered_json done = {{"ok", true}};

/// @throws bad_order if it is missing
std::string need_text(const json& body, const char* member) {
  std::string text = text_in(body, member);
  if (text.empty()) throw bad_order{std::string{member} + " is missing"};
  return text;
}

/// @throws bad_order if it is outside of 0 to `most`
std::int64_t number_up_to(const json& body, const char* member, std::int64_t otherwise,
                          std::int64_t most) {
  const auto number = number_in(body, member, otherwise);
  if (number < 0 || number > most)
    throw bad_order{std::string{member} + " is 0 to " + std::to_string(most)};
  return number;
}

/// The endpoint that the body names by its path; nothing if it names none.
std::optional<endpoint> endpoint_in(const json& body) {
  const std::string path = text_in(body, "endpoint");
  const auto found = find_endpoint(path);
  if (!path.empty() && !found) throw bad_order{"endpoint is a path of WeChat's API"};
  return found;
}

std::string openid_in(const json& body) {
  std::string openid = text_in(body, "openid");
  if (!openid.empty()) return openid;
  const std::string name = need_text(body, "name");
  if (!is_user_name(name)) throw bad_order{"name is 1 to 32 of A-Z a-z 0-9 _ -"};
  return derive_openid(need_text(body, "appid"), name);
}

injected mishap_in(const json& body) {
  if (body.contains("errcode"))
    return injected_errcode{static_cast<int>(number_in(body, "errcode", -1))};
  if (const auto status = number_up_to(body, "status", 0, 599); status >= 100)
    return injected_status{static_cast<int>(status)};
  std::string kind = text_in(body, "fault");
  if (!is_fault(kind)) throw bad_order{"one of errcode, status and fault, or no such fault"};
  return injected_fault{std::move(kind)};
}

} // namespace

ordered_json show_statistics(world& wechat, const control_order&) {
  ordered_json endpoints;
  for (std::size_t i = 0; i < endpoint_forms.size(); ++i) {
    const auto counted = wechat.calls.of(static_cast<endpoint>(i));
    endpoints[std::string{endpoint_forms[i].path}] = {
        {"calls", counted.calls}, {"refusals", counted.refusals}, {"mishaps", counted.mishaps}};
  }
  return {{"endpoints", std::move(endpoints)},
          {"tokens_made", wechat.tokens.made()},
          {"clock_ahead_s", wechat.clock.ahead().count()}};
}

ordered_json reset_all(world& wechat, const control_order&) {
  wechat.reset();
  return done;
}

ordered_json set_latency(world& wechat, const control_order& order) {
  wechat.mishaps.set_latency(
      endpoint_in(order.body), milliseconds{number_up_to(order.body, "ms", 0, latency_limit_ms)},
      milliseconds{number_up_to(order.body, "jitter_ms", 0, latency_limit_ms)});
  return done;
}

ordered_json add_error(world& wechat, const control_order& order) {
  injection added{mishap_in(order.body)};
  if (order.body.contains("calls")) {
    added.calls = number_up_to(order.body, "calls", 0, 1'000'000'000);
    if (added.calls == 0) throw bad_order{"calls is at least 1"};
  }
  if (const auto rate = order.body.find("rate"); rate != order.body.end()) {
    if (!rate->is_number() || *rate < 0 || *rate > 1) throw bad_order{"rate is 0 to 1"};
    added.rate = rate->get<double>();
  }
  if (!wechat.mishaps.add(endpoint_in(order.body), std::move(added)))
    throw bad_order{"too many errors are waiting already"};
  return done;
}

ordered_json clear_errors(world& wechat, const control_order&) {
  wechat.mishaps.clear_errors();
  return done;
}

ordered_json invalidate_tokens(world& wechat, const control_order& order) {
  const auto ended = wechat.tokens.invalidate(text_in(order.body, "appid"), wechat.clock.now());
  return {{"invalidated", ended}};
}

ordered_json set_token_lifetime(world& wechat, const control_order& order) {
  wechat.tokens.set_lifetime(seconds{number_up_to(order.body, "seconds", 7200, 7200)});
  return done;
}

ordered_json show_quota(world& wechat, const control_order& order) {
  const std::string_view appid = order.asked.parameter("appid");
  if (appid.empty()) throw bad_order{"appid is missing"};
  ordered_json shown;
  for (std::size_t i = 0; i < endpoint_forms.size(); ++i) {
    const auto usage = wechat.quotas.usage(appid, static_cast<endpoint>(i), wechat.clock.now());
    shown[std::string{endpoint_forms[i].path}] = {{"daily", usage.limits.daily},
                                                  {"minute", usage.limits.minute},
                                                  {"used_today", usage.used_today}};
  }
  return shown;
}

ordered_json set_quota(world& wechat, const control_order& order) {
  const auto which = endpoint_in(order.body);
  if (!which) throw bad_order{"endpoint is missing"};
  quota_limits limits;
  limits.daily = number_up_to(order.body, "daily", limits.daily, 1'000'000'000'000);
  limits.minute = number_up_to(order.body, "minute", limits.minute, 1'000'000'000'000);
  wechat.quotas.set_limits(*which, limits);
  return done;
}

ordered_json move_clock(world& wechat, const control_order& order) {
  const auto ahead =
      number_up_to(order.body, "ahead_s", wechat.clock.ahead().count(), time_limit_s);
  const auto more = number_up_to(order.body, "advance_s", 0, time_limit_s);
  if (ahead + more > time_limit_s) throw bad_order{"that is too far ahead"};
  wechat.clock.set_ahead(seconds{ahead + more});
  return {{"clock_ahead_s", ahead + more}};
}

ordered_json add_app(world& wechat, const control_order& order) {
  if (!wechat.apps.add(need_text(order.body, "appid"), need_text(order.body, "secret")))
    throw bad_order{"too many apps are there already"};
  return done;
}

ordered_json mint_code(world& wechat, const control_order& order) {
  std::string appid = need_text(order.body, "appid");
  const auto now = wechat.clock.now();
  std::string number = text_in(order.body, "phone");
  std::string code;
  if (number.empty()) {
    std::string name = need_text(order.body, "name");
    if (!is_user_name(name)) throw bad_order{"name is 1 to 32 of A-Z a-z 0-9 _ -"};
    code = wechat.minted_codes.make(code_kind::login, std::move(appid), std::move(name), now);
  } else {
    code = wechat.minted_codes.make(code_kind::phone, std::move(appid), std::move(number), now);
  }
  return {{"code", code}, {"expires_in", seconds{world::code_lifetime}.count()}};
}

ordered_json set_pages(world& wechat, const control_order& order) {
  const auto named = order.body.find("pages");
  if (named == order.body.end() || !named->is_array()) throw bad_order{"pages is a list"};
  std::set<std::string, std::less<>> pages;
  for (const auto& page : *named)
    if (page.is_string()) pages.insert(page.get<std::string>());
  wechat.pages.set(std::move(pages));
  return done;
}

ordered_json set_subscriptions(world& wechat, const control_order& order) {
  constexpr std::int64_t most = 1'000'000'000;
  if (order.body.contains("usual"))
    wechat.messages.set_usual(number_up_to(order.body, "usual", 0, most));
  if (order.body.contains("template_prefix"))
    wechat.messages.set_template_prefix(text_in(order.body, "template_prefix"));
  if (order.body.contains("messages"))
    wechat.messages.allow(openid_in(order.body), need_text(order.body, "template_id"),
                          number_up_to(order.body, "messages", 0, most));
  return done;
}

ordered_json show_messages(world& wechat, const control_order&) {
  ordered_json messages = ordered_json::array();
  for (const auto& sent : wechat.messages.sent())
    messages.push_back({{"appid", sent.appid},
                        {"openid", sent.openid},
                        {"template_id", sent.template_id},
                        {"at", to_rfc3339(sent.at)},
                        {"request", ordered_json::parse(sent.request, nullptr, false)}});
  return {{"messages", std::move(messages)}};
}

ordered_json encrypt_user_data(world& wechat, const control_order& order) {
  const std::string appid = need_text(order.body, "appid");
  const auto data = order.body.find("data");
  if (data == order.body.end() || !data->is_object()) throw bad_order{"data is an object"};
  const std::string openid = openid_in(order.body);
  const auto made = make_user_data(wechat, appid, openid, data->dump());
  if (!made) throw bad_order{"this user has not logged in to this mini-program"};
  return {{"openid", openid},
          {"encryptedData", made->encrypted_data},
          {"iv", made->iv},
          {"rawData", made->raw_data},
          {"signature", made->signature}};
}

} // namespace maque::wechat_simulator
