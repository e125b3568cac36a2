#include "http/api_key_gate.hpp"

#include "domain/limits.hpp"
#include "http/front.hpp"
#include "security/api_key.hpp"

namespace maque::http {

namespace {

void refuse(handler_context& context, exchange& asking, security_event event, errc code,
            const char* cause) {
  context.services.events.report(event, &asking.context.trace,
                                 {.address = asking.client_address, .api_key = asking.service});
  asking.fail(error{code, {}, cause, {}});
}

/// Nobody waits for it: what matters is when the key was used, not that this is known at once.
void note_use(handler_context& context, const exchange& asking, const api_key& used) {
  const utc_time now = context.services.clock.now();
  if (used.last_used_at && now - *used.last_used_at < limits::api_key_touch_interval) return;
  context.self
      ->request(context.services.database, caf::infinite, asking.context,
                touch_api_key{used.id, now})
      .then([](std::uint64_t) {}, [](const caf::error&) {});
}

void judge(handler_context& context, exchange& asking, const std::optional<api_key>& found) {
  using enum security_event;
  if (!found)
    return refuse(context, asking, api_key_refused_unknown, errc::unauthenticated,
                  "no such API key");
  asking.service = found->name;
  if (found->revoked_at)
    return refuse(context, asking, api_key_refused_revoked, errc::unauthenticated,
                  "the API key was revoked");
  if (!found->is_good_at(context.services.clock.now()))
    return refuse(context, asking, api_key_refused_expired, errc::unauthenticated,
                  "the API key has expired");
  note_use(context, asking, *found);
  if (!found->scopes.contains(asking.matched->scope))
    return refuse(context, asking, api_key_refused_scope, errc::forbidden,
                  "the API key has not the scope");
  asking.matched->serve(context, exchange_ptr{&asking});
}

} // namespace

void admit_by_api_key(handler_context& context, const exchange_ptr& asking, std::string_view key) {
  if (!security::looks_like_api_key(key)) return judge(context, *asking, std::nullopt);
  context.ask<std::optional<api_key>>(
      asking, context.services.database, find_api_key{security::hash_api_key(key)},
      [&context](exchange& waiting, const std::optional<api_key>& found) {
        judge(context, waiting, found);
      });
}

} // namespace maque::http
