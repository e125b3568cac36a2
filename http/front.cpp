#include "http/front.hpp"

#include "domain/metering.hpp"
#include "http/api_key_gate.hpp"
#include "http/bearer.hpp"
#include "http/routes.hpp"
#include "security/api_key.hpp"

#include <utility>

namespace maque::http {

namespace {

/// Whether the response is for one person's eyes: it shows a user's data or hands out tokens.
bool is_private(const exchange& answered) noexcept {
  const route* const served = answered.matched;
  return served != nullptr && (served->who == access::signed_in || served->who == access::admin ||
                               served->verb == method::post);
}

} // namespace

void handler_context::recover(exchange& broken, const char* what) {
  broken.fail(error{errc::internal, {}, what, {}});
}

front::front(lane_context& services, front_options options, security::access_token_codec tokens,
             std::uint64_t random_seed)
    : options_{std::move(options)}, context_{services, options_}, routes_{options_.routes.empty()
                                                                              ? all_routes()
                                                                              : options_.routes},
      route_meter_{routes_.labels()}, cors_{options_.live.cors, options_.live.cors_origins},
      clients_{options_.live.proxies}, access_log_{services.log, options_.live.access_log},
      tokens_{std::move(tokens)}, tracer_{options_.tracing, random_seed} {
  context_.find_caller = [this](const exchange& asking) -> std::optional<caller> {
    const auto claims = authenticate(asking);
    if (!claims) return std::nullopt;
    return caller{claims->user, claims->session};
  };
}

void front::change(const live_front_options& next) {
  // Pages of other origins have no business on the operator's listener.
  if (options_.gate == nullptr) cors_ = cors{next.cors, next.cors_origins};
  clients_ = client_finder{next.proxies};
  access_log_.change(next.access_log);
  tracer_.change(next.trace_ratio, next.slow_trace);
}

void front::begin(exchange& arrived) {
  arrived.observer = this;
  if constexpr (is_metered) context_.services.meter.request_begun();
  tracer_.begin(arrived);
  arrived.client_address = arrived.peer_address;
  if (clients_.trusts_anybody()) find_client(arrived);
  arrived.context.deadline = arrived.started + options_.request_timeout;
}

void front::find_client(exchange& arrived) const {
  const auto client = clients_.find(arrived.peer_address, arrived.incoming);
  if (!client) return;
  arrived.forwarded_address = to_string(*client);
  arrived.client_address = arrived.forwarded_address;
}

void front::refuse(const exchange_ptr& refused, error cause) {
  // The actor may have lost it after it had begun.
  if (refused->taken_at == steady_time{}) begin(*refused);
  refused->fail(std::move(cause));
}

void front::serve(const exchange_ptr& arrived) {
  if constexpr (is_metered) arrived->taken_at = std::chrono::steady_clock::now();
  begin(*arrived);
  try {
    dispatch(arrived);
  } catch (const std::exception& problem) {
    arrived->fail(error{errc::internal, {}, problem.what(), {}});
  }
  if (!arrived->answered()) waiting_.push_back(*arrived);
}

void front::dispatch(const exchange_ptr& arrived) {
  if (options_.gate != nullptr && options_.gate->intercept(context_, arrived)) return;
  const request& incoming = arrived->incoming;
  const auto match = routes_.find(incoming.verb(), incoming.path(), arrived->parameters);
  arrived->matched = match.found;
  switch (match.outcome) {
  case router::verdict::options:
    return answer_options(*arrived, match.allow);
  case router::verdict::no_such_path:
    return arrived->fail(error{errc::route_not_found, {}, {}, {}});
  case router::verdict::no_such_method:
    arrived->outgoing.headers.append("Allow: ").append(match.allow).append("\r\n");
    return arrived->fail(error{errc::method_not_allowed, {}, {}, {}});
  case router::verdict::found:
    break;
  }
  if (match.found->who == access::service) return admit_service(arrived);
  if (match.found->who == access::admin || match.found->who == access::admin_or_local)
    return options_.gate->admit(context_, arrived);
  if (match.found->who == access::signed_in) {
    auto claims = authenticate(*arrived);
    if (!claims) return arrived->fail(std::move(claims.error()));
    arrived->identity = caller{claims->user, claims->session};
  }
  match.found->serve(context_, arrived);
}

/// An operator who is signed in may do what any API key may.
void front::admit_service(const exchange_ptr& arrived) {
  const auto token = bearer_token(arrived->incoming);
  if (token && token->starts_with(security::api_key_mark))
    return admit_by_api_key(context_, arrived, *token);
  auto claims = authenticate(*arrived);
  if (!claims) return arrived->fail(std::move(claims.error()));
  arrived->identity = caller{claims->user, claims->session};
  if (claims->role != user_role::admin_operator)
    return arrived->fail(error{errc::forbidden, {}, "neither an API key nor an operator", {}});
  arrived->matched->serve(context_, arrived);
}

void front::answer_options(exchange& asked, std::string_view allow) {
  asked.outgoing.status = asked.outgoing.code = 204;
  asked.outgoing.headers.append("Allow: ").append(allow).append("\r\n");
  cors_.decorate_preflight(asked, allow);
  asked.answer();
}

result<access_claims> front::authenticate(const exchange& asking) {
  const auto token = bearer_token(asking.incoming);
  if (!token) return maque::fail(errc::unauthenticated, {}, "no bearer token");
  const utc_time now = context_.services.clock.now();
  tokens_.use(context_.services.keys);
  auto claims = tokens_.verify(*token, now);
  // A token of before auth.access_ttl was shortened: ended sessions are remembered only so long.
  if (claims && claims->issued_at + options_.access_ttl < now)
    return maque::fail(errc::token_expired);
  if (claims && context_.services.revocations.contains(claims->session))
    return maque::fail(errc::session_ended);
  return claims;
}

void front::on_answer(exchange& answered) {
  answered.waiting_hook.unlink();
  if (answered.outgoing.status == 401)
    answered.outgoing.headers += "WWW-Authenticate: Bearer\r\n"; // RFC 9110, section 11.6.1
  if (is_private(answered)) answered.outgoing.headers += "Cache-Control: no-store\r\n";
  if (context_.draining) answered.keep_alive = false;
  cors_.decorate(answered);
  request_tracer::answer(answered);
}

void front::on_end(exchange& ended) {
  const request_times times = times_of(ended);
  if constexpr (is_metered) {
    context_.services.meter.request_ended();
    route_meter_.record(routes_.index_of(ended.matched), ended.outgoing.status, times);
  }
  access_log_.record(ended, times);
  tracer_.end(ended, times);
}

void front::abandon() {
  while (!waiting_.empty()) {
    const exchange_ptr unfinished{&waiting_.front()};
    unfinished->fail(error{errc::shutting_down, {}, "the grace of the shutdown is over", {}});
  }
}

void front::sweep(steady_time now) {
  while (!waiting_.empty() && waiting_.front().context.deadline <= now) {
    const exchange_ptr overdue{&waiting_.front()};
    overdue->fail(error{errc::deadline_exceeded, {}, "no answer from the services", {}});
  }
  context_.services.revocations.expire(context_.services.clock.now());
  access_log_.flush();
}

} // namespace maque::http
