#include "wechat_simulator/dispatch.hpp"

#include "wechat_simulator/api.hpp"
#include "wechat_simulator/faults.hpp"
#include "wechat_simulator/replies.hpp"

#include <array>
#include <optional>
#include <utility>

namespace maque::wechat_simulator {
namespace {

using handler = wechat::reply (*)(const call&);

/// By the number of the endpoint.
constexpr std::array<handler, endpoint_forms.size()> handlers{
    code_to_session,   stable_token,      phone_number, check_session_key,
    reset_session_key, check_text,        send_message, code_image,
    generate_scheme,   generate_url_link, find_quota,   find_rid_details,
};

/// Whose call it is, and its body. 0, or the errcode for a call that no endpoint would take.
int prepare(call& from, endpoint which) {
  const endpoint_form& form = form_of(which);
  if (form.needs_token) {
    const auto owner = from.wechat.tokens.check(from.asked.parameter("access_token"), from.now);
    if (owner.errcode != 0) return owner.errcode;
    from.appid = owner.appid;
  }
  if (from.asked.method != (form.is_post ? "POST" : "GET")) return form.is_post ? 43002 : 43001;
  if (form.is_post) {
    auto body = parse_object(from.asked.body);
    if (!body) return 47001;
    from.body = *std::move(body);
  }
  return form.needs_token ? from.wechat.quotas.count(from.appid, which, from.now) : 0;
}

wechat::reply ask(call& from, endpoint which) {
  if (const int wrong = prepare(from, which); wrong != 0) return error_reply(wrong);
  return handlers[index_of(which)](from);
}

/// For those who ask for a rid, and for the statistics.
void record(const call& from, endpoint which, const wechat::reply& answered) {
  const std::string_view rid = find_rid(answered);
  if (rid.empty()) return;
  from.wechat.calls.count_refusal(which);
  failed_call failed{std::string{rid}, from.appid, from.now, std::string{from.asked.path}, {},
                     answered.body};
  if (which == endpoint::code_to_session) failed.appid = from.asked.parameter("appid");
  if (which == endpoint::stable_token)
    failed.appid = text_in(from.body, "appid"); // its body holds a secret
  else
    failed.request_body = from.asked.body;
  from.wechat.rids.remember(std::move(failed));
}

std::optional<delivery> find_delivery(std::string_view fault) {
  constexpr std::array kinds{
      std::pair{std::string_view{"drip"}, delivery::drip},
      std::pair{std::string_view{"cut"}, delivery::cut},
      std::pair{std::string_view{"close"}, delivery::close},
      std::pair{std::string_view{"hang"}, delivery::hang},
  };
  for (const auto& [name, how] : kinds)
    if (name == fault) return how;
  return std::nullopt;
}

/// The kinds that need the answer that it would have been.
wechat::reply break_reply(call& from, endpoint which, const std::string& kind) {
  if (kind == "truncated") {
    auto answered = ask(from, which);
    answered.body.resize(answered.body.size() / 2);
    return answered;
  }
  return make_fault(kind).value_or(html_reply(500, "500 Internal Server Error"));
}

/// A call that meets a mishap is not carried out, except where its answer is lost on the way.
answer meet(call& from, endpoint which, const injected& what) {
  from.wechat.calls.count_mishap(which);
  if (const auto* refused = std::get_if<injected_errcode>(&what)) {
    if (form_of(which).needs_token)
      from.appid = from.wechat.tokens.check(from.asked.parameter("access_token"), from.now).appid;
    return {error_reply(refused->errcode)};
  }
  if (const auto* broken = std::get_if<injected_status>(&what))
    return {html_reply(broken->status, std::to_string(broken->status) + " Error")};
  const std::string& kind = std::get<injected_fault>(what).kind;
  if (const auto how = find_delivery(kind)) return {ask(from, which), {}, *how};
  return {break_reply(from, which, kind)};
}

} // namespace

answer dispatch(world& wechat, const request& asked) {
  const auto which = find_endpoint(asked.path);
  const mishap met = wechat.mishaps.draw(which);
  if (!which) return {html_reply(404, "404 Not Found"), met.latency};
  wechat.calls.count_call(*which);
  call from{wechat, asked, {}, {}, wechat.clock.now()};
  answer given = met.what ? meet(from, *which, *met.what) : answer{ask(from, *which)};
  given.latency = met.latency;
  record(from, *which, given.reply);
  return given;
}

} // namespace maque::wechat_simulator
