#include "wechat/api.hpp"

#include "wechat/bounds.hpp"
#include "wechat/decode.hpp"
#include "wechat/encode.hpp"
#include "wechat/errcodes.hpp"

#include <utility>
#include <variant>

namespace maque::wechat {
namespace {

using answer = std::variant<wechat_outcome, refusal>;

result<answer> ask(transport& via, const app_credentials& app, const wechat_order& order,
                   const outgoing& sent, steady_time deadline) {
  const auto received =
      sent.json ? via.post(sent.target, *sent.json, deadline) : via.get(sent.target, deadline);
  if (!received) return tl::make_unexpected(received.error());
  return decode_outcome(order, app.appid, *received);
}

/// Waits before try number `next` (2 is the second): between half and all of a pause that doubles
/// with every try. Doesn't wait, and says no, if the deadline would be over by then.
bool back_off(pacer& time, int next, steady_time deadline) {
  const auto longest = bounds::first_back_off * (1 << (next - 2));
  const auto pause =
      std::chrono::duration_cast<steady_time::duration>(longest * (0.5 + 0.5 * time.jitter()));
  const steady_time end = time.now() + pause;
  if (end >= deadline) return false;
  time.wait_until(end);
  return true;
}

call_outcome outcome_of(endpoint where, const refusal& no, const redactor& hide) {
  if (where == endpoint::check_session && no.errcode == errcodes::bad_signature)
    return {wechat_outcome{session_key_checked{false}}};
  return {tl::make_unexpected(map_errcode(where, no.errcode, hide.clean(no.errmsg))),
          errcodes::health_of(no.errcode), errcodes::is_token_refused(where, no.errcode),
          no.errcode};
}

call_outcome broken(error failure, const redactor& hide) {
  failure.cause = hide.clean(std::move(failure.cause));
  return {tl::make_unexpected(std::move(failure)), endpoint_health::bad};
}

} // namespace

call_outcome call(transport& via, const app_credentials& app, const wechat_order& order,
                  const secret& access_token, steady_time deadline, pacer& time) {
  auto sent = encode(app, order, access_token);
  if (!sent) return {tl::make_unexpected(std::move(sent).error())};
  // Made for failures only: there are thousands of logins a second.
  const auto hide = [&] { return redactor_of(app, order, access_token, sent->target); };

  for (int attempt = 1;; ++attempt) {
    auto answered = ask(via, app, order, *sent, deadline);
    if (!answered) return broken(std::move(answered).error(), hide());
    if (auto* good = std::get_if<wechat_outcome>(&*answered)) return {std::move(*good)};

    const auto& no = std::get<refusal>(*answered);
    const bool again = no.errcode == errcodes::busy && attempt < bounds::busy_tries &&
                       back_off(time, attempt + 1, deadline);
    if (!again) return outcome_of(endpoint_of(order), no, hide());
  }
}

call_outcome call(transport& via, const app_credentials& app, const wechat_order& order,
                  const secret& access_token, steady_time deadline) {
  system_pacer time;
  return call(via, app, order, access_token, deadline, time);
}

} // namespace maque::wechat
