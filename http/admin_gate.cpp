#include "http/admin_gate.hpp"

#include "domain/ip_address.hpp"
#include "domain/limits.hpp"
#include "http/bearer.hpp"
#include "http/request_origin.hpp"
#include "security/operator_token.hpp"

#include <algorithm>
#include <utility>

namespace maque::http {

namespace {

bool is_of_this_machine(std::string_view address) {
  const auto parsed = ip_address::parse(address);
  return parsed && is_loopback(*parsed);
}

bool changes_something(const request& incoming) noexcept {
  return incoming.verb() != method::get && incoming.verb() != method::head;
}

/// Whether a proxy that is trusted says that its client came by https.
bool came_by_https(const exchange& asking) {
  if (asking.forwarded_address.empty()) return false;
  if (equals_ignoring_case(asking.incoming.field("X-Forwarded-Proto").value_or(""), "https"))
    return true;
  const auto forwarded = asking.incoming.field("Forwarded").value_or("");
  return forwarded.find("proto=https") != std::string_view::npos;
}

bool is_operator(const std::optional<user>& who) noexcept {
  return who && !who->disabled && who->role == user_role::admin_operator;
}

error foreign(const char* hint) {
  return {errc::foreign_request, hint, {}, {}};
}

} // namespace

bool is_local(const exchange& arrived) {
  if (!is_of_this_machine(arrived.peer_address) || !is_of_this_machine(arrived.client_address))
    return false;
  // A proxy on this machine that nobody has said to trust asks for who knows whom.
  const bool forwarded =
      arrived.incoming.count("X-Forwarded-For") != 0 || arrived.incoming.count("Forwarded") != 0;
  return !forwarded || !arrived.forwarded_address.empty();
}

admin_gate::admin_gate(admin_gate_options options)
    : options_{std::move(options)}, token_hash_{security::hash_operator_secret(
                                        options_.token.reveal())},
      sessions_{options_.sessions}, refusals_{options_.refusals} {}

bool admin_gate::is_token(std::string_view presented) const noexcept {
  return security::are_equal(security::hash_operator_secret(presented), token_hash_);
}

bool admin_gate::intercept(handler_context&, const exchange_ptr& arrived) {
  if (!is_own_host(arrived->incoming, options_.hosts)) {
    arrived->fail(foreign("Host is no name of the operator's listener; see admin.allowed_hosts"));
    return true;
  }
  if (!is_own_origin(arrived->incoming)) {
    arrived->fail(foreign("a page of another origin"));
    return true;
  }
  if (options_.local_prefix.empty() ||
      !arrived->incoming.path().starts_with(options_.local_prefix) || !is_local(*arrived))
    return false;
  options_.serve_local(arrived);
  return true;
}

void admin_gate::admit(handler_context& context, const exchange_ptr& arrived) {
  if (const auto token = bearer_token(arrived->incoming)) {
    if (!is_token(*token))
      return refuse(context, *arrived,
                    error{errc::unauthenticated, {}, "a wrong operator's token", {}});
    arrived->by = operator_caller{"operator token", {}, {}};
    return arrived->matched->serve(context, arrived);
  }
  const std::string_view secret = cookie_of(arrived->incoming, cookie_name);
  if (!secret.empty()) return admit_by_cookie(context, arrived, secret);
  if (arrived->matched->who == access::admin_or_local && is_local(*arrived))
    return arrived->matched->serve(context, arrived);
  arrived->fail(error{errc::unauthenticated, {}, "no operator's token", {}});
}

void admin_gate::admit_by_cookie(handler_context& context, const exchange_ptr& arrived,
                                 std::string_view secret) {
  const operator_session* const session = sessions_.find(secret, context.services.clock.now());
  if (session == nullptr) {
    take_cookie(*arrived);
    return refuse(context, *arrived,
                  error{errc::unauthenticated, {}, "no such operator's session", {}});
  }
  const auto csrf = arrived->incoming.field("X-CSRF-Token").value_or("");
  if (changes_something(arrived->incoming) &&
      !security::are_equal(security::hash_operator_secret(csrf),
                           security::hash_operator_secret(session->csrf_token)))
    return arrived->fail(foreign("X-CSRF-Token is missing or wrong"));
  confirm(context, arrived, *session);
}

/// Whoever has signed in with an account may have been disabled since, or be no operator any more.
void admin_gate::confirm(handler_context& context, const exchange_ptr& arrived,
                         const operator_session& session) {
  const utc_time now = context.services.clock.now();
  if (!session.user || now - session.confirmed_at < limits::operator_confirmation)
    return serve(context, arrived, session);
  context.self
      ->request(context.services.database, caf::infinite, arrived->context,
                find_user{*session.user})
      .then(
          [this, &context, arrived, now, number = session.number](const std::optional<user>& who) {
            if (arrived->answered()) return;
            if (!is_operator(who)) sessions_.end(number);
            operator_session* const still = sessions_.find_open(number, now);
            if (still == nullptr) {
              take_cookie(*arrived);
              return arrived->fail(error{errc::unauthenticated, {}, "no operator any more", {}});
            }
            still->confirmed_at = now;
            serve(context, arrived, *still);
          },
          [this, &context, arrived, now, number = session.number](const caf::error& cause) {
            // An operator needs to see what is wrong with the database. What he changes is noted
            // there first, so nothing can be changed without it.
            const operator_session* const still = sessions_.find_open(number, now);
            if (still == nullptr || changes_something(arrived->incoming))
              return arrived->fail(from_caf(cause));
            if (!arrived->answered()) serve(context, arrived, *still);
          });
}

void admin_gate::look_again(handler_context& context, const std::vector<std::uint64_t>& numbers) {
  const utc_time now = context.services.clock.now();
  for (const std::uint64_t number : numbers) {
    operator_session* const session = sessions_.find_open(number, now);
    if (session == nullptr || !session->user || context.self == nullptr ||
        now - session->confirmed_at < limits::operator_confirmation)
      continue;
    session->confirmed_at = now;
    request_context looking;
    looking.deadline = std::chrono::steady_clock::now() + limits::look_timeout;
    context.self
        ->request(context.services.database, caf::infinite, looking, find_user{*session->user})
        .then(
            [this, number](const std::optional<user>& who) {
              if (!is_operator(who)) sessions_.end(number);
            },
            [](const caf::error&) {});
  }
}

void admin_gate::serve(handler_context& context, const exchange_ptr& arrived,
                       const operator_session& session) {
  arrived->by = operator_caller{session.name, session.number, session.user};
  try {
    arrived->matched->serve(context, arrived);
  } catch (const std::exception& problem) {
    arrived->fail(error{errc::internal, {}, problem.what(), {}});
  }
}

std::optional<error> admin_gate::count_refusal(handler_context& context, const exchange& asking) {
  const utc_time now = context.services.clock.now();
  const auto blocked = refusals_.count(source_prefix(asking.client_address), now);
  context.services.events.report(blocked ? security_event::operator_throttled
                                         : security_event::operator_refused,
                                 &asking.context.trace, {.address = asking.client_address});
  if (!blocked) return std::nullopt;
  const auto wait = std::chrono::ceil<std::chrono::seconds>(*blocked - now);
  return error{errc::too_many_attempts, {}, {}, std::max(wait, std::chrono::seconds{1})};
}

void admin_gate::refuse(handler_context& context, exchange& asking, error cause) {
  auto blocked = count_refusal(context, asking);
  asking.fail(blocked ? std::move(*blocked) : std::move(cause));
}

void admin_gate::give_cookie(exchange& asking,
                             const operator_sessions::opened_session& opened) const {
  const auto age = std::chrono::floor<std::chrono::seconds>(options_.sessions.absolute);
  std::string& headers = asking.outgoing.headers;
  headers.append("Set-Cookie: ").append(cookie_name).append("=").append(opened.secret);
  headers.append("; HttpOnly; SameSite=Strict; Path=/admin; Max-Age=");
  headers.append(std::to_string(age.count()));
  if (came_by_https(asking)) headers.append("; Secure");
  headers.append("\r\n");
}

void admin_gate::take_cookie(exchange& asking) {
  asking.outgoing.headers.append("Set-Cookie: ")
      .append(cookie_name)
      .append("=; HttpOnly; SameSite=Strict; Path=/admin; Max-Age=0\r\n");
}

} // namespace maque::http
