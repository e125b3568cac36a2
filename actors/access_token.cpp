#include "actors/access_token.hpp"

#include "actors/answer.hpp"
#include "domain/limits.hpp"

#include <algorithm>
#include <random>
#include <utility>

namespace maque {

std::chrono::seconds refresh_budget::wait(utc_time now) {
  constexpr std::chrono::hours day{24};
  while (!spent_.empty() && now - spent_.front() >= day)
    spent_.pop_front();
  if (spent_.empty()) return std::chrono::seconds{0};
  const utc_time next = spent_.size() >= refreshes_a_day
                            ? std::max(spent_.front() + day, spent_.back() + apart)
                            : spent_.back() + apart;
  return now >= next ? std::chrono::seconds{0}
                     : std::chrono::ceil<std::chrono::seconds>(next - now);
}

access_token_state::access_token_state(actor_of<access_token_service> self, options rules,
                                       wechat_client_actor fetcher, const time_source& clock,
                                       wechat_meter::app_meter& meter, log::logger& log)
    : self_{self}, rules_{std::move(rules)}, fetcher_{std::move(fetcher)}, clock_{clock},
      meter_{meter}, log_{log.of(log::source::wechat)}, pauses_{rules_.pauses,
                                                                std::random_device{}()} {}

access_token_state::~access_token_state() {
  for (waiter& each : waiters_)
    abandon(self_, each.waiting);
}

access_token_service::behavior_type access_token_state::make_behavior() {
  return {
      [this](const request_context&, const find_access_token&) { return find({}); },
      [this](const request_context&, replace_access_token& order) {
        return replace(std::move(order.failed));
      },
      [this](const renew_access_token& order) { renew(order.generation); },
  };
}

caf::result<access_token_found> access_token_state::find(secret failed) {
  if (is_good(clock_.now())) {
    used_ = true;
    return access_token_found{token_->text};
  }
  auto waiting = self_->make_response_promise<access_token_found>();
  wait({waiting, std::move(failed)});
  return waiting;
}

caf::result<access_token_found> access_token_state::replace(secret failed) {
  // Another caller may have been told before, and the token be a new one already.
  if (!token_ || token_->text.reveal() != failed.reveal()) return find(std::move(failed));
  if (!confirmed_) {
    token_.reset();
    return find(std::move(failed));
  }
  // It is an endpoint that refuses what WeChat calls current: those that others take it at keep it.
  auto waiting = self_->make_response_promise<access_token_found>();
  if (enqueue({waiting, std::move(failed)}) && !fetching_) force();
  return waiting;
}

bool access_token_state::enqueue(waiter added) {
  if (waiters_.size() >= limits::wechat_queue) {
    refuse(self_, added.waiting,
           to_caf(error{errc::overloaded,
                        {},
                        "too many calls wait for an access token of WeChat",
                        std::chrono::seconds{1}}));
    return false;
  }
  waiters_.push_back(std::move(added));
  return true;
}

void access_token_state::wait(waiter added) {
  if (!fetching_ && clock_.now() < try_again_at_)
    return refuse(self_, added.waiting, to_caf(last_failure_));
  if (enqueue(std::move(added)) && !fetching_) fetch(mode::normal);
}

void access_token_state::fetch(mode how) {
  fetching_ = true;
  const request_context request{trace_id{},
                                std::chrono::steady_clock::now() + rules_.fetch_timeout};
  self_
      ->request(fetcher_, caf::infinite, request,
                fetch_access_token{rules_.appid, how == mode::forced})
      .then([this, how](access_token_fetched& fetched) { take(fetched, how); },
            [this, how](const caf::error& cause) { fail(from_caf(cause), how); });
}

void access_token_state::take(access_token_fetched& fetched, mode how) {
  fetching_ = false;
  failures_ = 0;
  ++meter_.tokens_fetched;
  keep(fetched);
  std::vector<waiter> refused;
  for (waiter& each : std::exchange(waiters_, {})) {
    if (how == mode::normal && each.failed.reveal() == token_->text.reveal())
      refused.push_back(std::move(each));
    else
      each.waiting.deliver(access_token_found{token_->text});
  }
  // The one that WeChat itself calls current: only force makes it give another.
  waiters_ = std::move(refused);
  confirmed_ = !waiters_.empty();
  if (confirmed_) force();
}

void access_token_state::force() {
  const utc_time now = clock_.now();
  if (const auto pause = budget_.wait(now); pause > std::chrono::seconds{0})
    return refuse_all({errc::wechat_unavailable,
                       {},
                       "WeChat refuses its current access token, and the limit on forced refreshes "
                       "(20 a day, 30 s apart) is reached",
                       pause});
  budget_.spend(now);
  ++meter_.tokens_forced;
  log_.line(log::level::warn, nullptr, "a refresh of WeChat's access token is forced",
            {{"appid", std::string_view{rules_.appid}}});
  fetch(mode::forced);
}

void access_token_state::fail(error cause, mode how) {
  fetching_ = false;
  // The limits on fetching tokens are the server's affair, not of whoever asks for something else.
  if (cause.code == errc::too_many_requests) cause.code = errc::wechat_unavailable;
  if (how == mode::normal) {
    // What WeChat has said no to it will say no to again; what failed may be better in a moment.
    const auto pause = pauses_.pause_after(++failures_);
    try_again_at_ = clock_.now() + pause;
    last_failure_ = cause;
    // The old one is good for some minutes yet.
    if (is_good(clock_.now())) self_->delayed_send(self_, pause, renew_access_token{generation_});
  }
  refuse_all(cause);
}

void access_token_state::keep(access_token_fetched& fetched) {
  const utc_time now = clock_.now();
  token_ = held_token{std::move(fetched.token), now + fetched.expires_in};
  used_ = !waiters_.empty();
  ++generation_;
  const auto seconds = [](utc_time at) { return to_unix_micros(at) / 1'000'000; };
  meter_.token_fetched_at = seconds(now);
  meter_.token_expires_at = seconds(token_->expires_at);
  // Asked for too early, WeChat would give the same one; so it is not asked more often than this.
  const auto pause = std::max(fetched.expires_in - renewed_before_expiry + std::chrono::seconds{1},
                              std::chrono::seconds{10});
  self_->delayed_send(self_, pause, renew_access_token{generation_});
}

void access_token_state::refuse_all(const error& cause) {
  for (waiter& each : std::exchange(waiters_, {}))
    refuse(self_, each.waiting, to_caf(cause));
}

void access_token_state::renew(std::uint64_t generation) {
  // Nobody has used it: whoever comes next fetches one.
  if (generation != generation_ || !token_ || !used_) return;
  if (!fetching_) fetch(mode::normal);
}

} // namespace maque
