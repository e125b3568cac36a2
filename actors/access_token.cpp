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
      meter_{meter}, log_{log}, pauses_{rules_.pauses, std::random_device{}()} {}

access_token_state::~access_token_state() {
  for (waiter& each : waiters_)
    abandon(self_, each.waiting);
}

access_token_service::behavior_type access_token_state::make_behavior() {
  return {
      [this](const request_context&, const find_access_token&) { return find({}); },
      [this](const request_context&,
             replace_access_token& order) -> caf::result<access_token_found> {
        // Another caller may have been told before, and the token be a new one already.
        if (token_ && token_->text.reveal() == order.failed.reveal()) token_.reset();
        return find(std::move(order.failed));
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

void access_token_state::wait(waiter added) {
  const utc_time now = clock_.now();
  if (!fetching_ && now < try_again_at_) return refuse(self_, added.waiting, to_caf(last_failure_));
  if (waiters_.size() >= limits::wechat_queue)
    return refuse(self_, added.waiting,
                  to_caf(error{errc::overloaded,
                               {},
                               "too many calls wait for an access token of WeChat",
                               std::chrono::seconds{1}}));
  waiters_.push_back(std::move(added));
  if (!fetching_) fetch(mode::normal);
}

void access_token_state::fetch(mode how) {
  fetching_ = true;
  const request_context request{trace_id{},
                                std::chrono::steady_clock::now() + rules_.fetch_timeout};
  self_
      ->request(fetcher_, caf::infinite, request,
                fetch_access_token{rules_.appid, how == mode::forced})
      .then([this, how](access_token_fetched& fetched) { take(fetched, how); },
            [this](const caf::error& cause) {
              fetching_ = false;
              refuse_all(from_caf(cause));
              // The old one is good for some minutes yet.
              if (is_good(clock_.now()))
                self_->delayed_send(self_, pauses_.pause_after(failures_),
                                    renew_access_token{generation_});
            });
}

void access_token_state::take(access_token_fetched& fetched, mode how) {
  fetching_ = false;
  failures_ = 0;
  ++meter_.tokens_fetched;
  const bool refused = std::ranges::any_of(waiters_, [&fetched](const waiter& each) {
    return each.failed.reveal() == fetched.token.reveal();
  });
  // The one that WeChat itself calls current: only force makes it give another.
  if (refused && how == mode::normal) return force();
  keep(fetched);
  answer_all();
}

void access_token_state::force() {
  const utc_time now = clock_.now();
  if (const auto pause = budget_.wait(now); pause > std::chrono::seconds{0}) {
    refuse_all({errc::wechat_unavailable,
                {},
                "WeChat refuses its current access token, and the limit on forced refreshes (20 a "
                "day, 30 s apart) is reached",
                pause});
    try_again_at_ = now + std::min(pause, refresh_budget::apart);
    return;
  }
  budget_.spend(now);
  ++meter_.tokens_forced;
  log_.line(log::level::warn, nullptr, "a refresh of WeChat's access token is forced",
            {{"appid", std::string_view{rules_.appid}}});
  fetch(mode::forced);
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

void access_token_state::answer_all() {
  for (waiter& each : std::exchange(waiters_, {}))
    each.waiting.deliver(access_token_found{token_->text});
}

void access_token_state::refuse_all(const error& cause) {
  // What WeChat has said no to it will say no to again; what failed may be better in a moment.
  try_again_at_ = clock_.now() + pauses_.pause_after(++failures_);
  last_failure_ = cause;
  for (waiter& each : std::exchange(waiters_, {}))
    refuse(self_, each.waiting, to_caf(cause));
}

void access_token_state::renew(std::uint64_t generation) {
  // Nobody has used it: whoever comes next fetches one.
  if (generation != generation_ || !token_ || !used_) return;
  if (!fetching_) fetch(mode::normal);
}

} // namespace maque
