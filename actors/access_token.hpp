#pragma once

#include "actors/lane_actor.hpp"
#include "actors/protocol.hpp"
#include "actors/wechat_meter.hpp"
#include "domain/backoff.hpp"
#include "domain/time.hpp"
#include "telemetry/log.hpp"

#include <caf/typed_response_promise.hpp>

#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace maque {

/// To itself: the token is about to expire.
struct renew_access_token {
  std::uint64_t generation = 0; ///< Of the token that is meant.
};

} // namespace maque

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(maque::renew_access_token)

namespace maque {

/// WeChat's rules for forced refreshes (page "Get stable access token").
class refresh_budget {
public:
  static constexpr std::size_t refreshes_a_day = 20;
  static constexpr std::chrono::seconds apart{30};

  /// Zero: a refresh may be made now. Otherwise the time until the next one may.
  std::chrono::seconds wait(utc_time now);
  void spend(utc_time now) { spent_.push_back(now); }

private:
  std::deque<utc_time> spent_; ///< Within a day, the oldest first.
};

/// What runs as access_token_actor.
using access_token_service = access_token_actor::extend<caf::reacts_to<renew_access_token>>;

/// Owns the access token of one mini-program. Fetches it in normal mode, in which WeChat gives all
/// who ask the same one; in forced mode only if what normal mode gives is the very token that
/// WeChat has refused.
class access_token_state {
public:
  static constexpr const char* name = "access_token";

  /// WeChat gives another one from then on, and takes both.
  static constexpr std::chrono::seconds renewed_before_expiry{300};

  struct options {
    std::string appid;
    /// How long a fetch may take.
    std::chrono::milliseconds fetch_timeout{5'000};
    /// After a failed fetch, in which everybody is refused.
    backoff::policy pauses{std::chrono::milliseconds{500}, std::chrono::milliseconds{30'000}};
  };

  /// @param fetcher takes fetch_access_token; it outlives this actor.
  access_token_state(actor_of<access_token_service> self, options rules,
                     wechat_client_actor fetcher, const time_source& clock,
                     wechat_meter::app_meter& meter, log::logger& log);
  ~access_token_state();
  access_token_state(const access_token_state&) = delete;
  access_token_state& operator=(const access_token_state&) = delete;

  access_token_service::behavior_type make_behavior();

private:
  using promise = caf::typed_response_promise<access_token_found>;
  struct held_token {
    secret text;
    utc_time expires_at;
  };
  struct waiter {
    promise waiting;
    /// What WeChat has refused of him; empty: nothing.
    secret failed;
  };
  enum class mode : std::uint8_t { normal, forced };

  caf::result<access_token_found> find(secret failed);
  caf::result<access_token_found> replace(secret failed);
  bool is_good(utc_time now) const { return token_ && now < token_->expires_at; }
  /// False if there was no room.
  bool enqueue(waiter added);
  void wait(waiter added);
  void fetch(mode how);
  void take(access_token_fetched& fetched, mode how);
  void force();
  void keep(access_token_fetched& fetched);
  void fail(error cause, mode how);
  void refuse_all(const error& cause);
  void renew(std::uint64_t generation);

  actor_of<access_token_service> self_;
  options rules_;
  wechat_client_actor fetcher_;
  const time_source& clock_;
  wechat_meter::app_meter& meter_;
  log::channel log_;
  backoff pauses_;
  refresh_budget budget_;
  std::optional<held_token> token_;
  std::uint64_t generation_ = 0;
  bool used_ = false;      ///< Since it was fetched.
  bool confirmed_ = false; ///< It was refused, and normal mode gave it nevertheless.
  bool fetching_ = false;
  std::vector<waiter> waiters_;
  std::uint32_t failures_ = 0;
  utc_time try_again_at_{};
  error last_failure_{errc::internal, {}, {}, {}};
};

} // namespace maque
