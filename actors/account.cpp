#include "actors/account.hpp"

#include "actors/answer.hpp"
#include "actors/attempts.hpp"
#include "actors/session_keys.hpp"
#include "actors/session_opening.hpp"
#include "domain/ip_address.hpp"
#include "domain/limits.hpp"
#include "domain/password.hpp"
#include "security/device_token.hpp"
#include "security/invitation_code.hpp"
#include "security/throttle_keys.hpp"

#include <cstring>
#include <utility>

namespace maque {

namespace {

/// The same on all nodes.
std::uint64_t ring_key(const username& name) {
  std::uint64_t key = 0;
  std::memcpy(&key, security::account_throttle(name.text()).digest.data(), sizeof key);
  return key;
}

} // namespace

account_state::~account_state() {
  for (auto& line : lines_)
    for (registering& each : line.second)
      abandon(self_, each.waiting);
}

account_actor::behavior_type account_state::make_behavior() {
  return {
      [this](const request_context& request, register_account& order)
          -> caf::result<session_opened> { return line_up(request, order); },
      [this](const request_context& request,
             change_own_password& order) -> caf::result<password_changed> {
        auto waiting = self_->make_response_promise<password_changed>();
        begin_change(waiting, request, order);
        return waiting;
      },
      [this](const request_context& request, add_own_credentials& order) -> caf::result<user> {
        auto waiting = self_->make_response_promise<user>();
        add(waiting, request, order);
        return waiting;
      },
      [this](const request_context& request, link_wechat& order) -> caf::result<user> {
        auto waiting = self_->make_response_promise<user>();
        link(waiting, request, order);
        return waiting;
      },
  };
}

// Registering ------------------------------------------------------------------------------------

caf::result<session_opened> account_state::line_up(const request_context& request,
                                                   register_account& order) {
  const auto& owner = context_.account_owners.owner(ring_key(order.name));
  if (owner.id != context_.home.index())
    return self_->delegate(owner.handle, request, std::move(order));
  auto waiting = self_->make_response_promise<session_opened>();
  if (auto allowed = may_register(order); !allowed) {
    if (allowed.error().code == errc::registration_closed)
      context_.events.report(security_event::registration_refused_closed, &request.trace,
                             {.address = order.device.address});
    refuse(self_, waiting, to_caf(allowed.error()));
    return waiting;
  }
  if (waiting_ >= limits::registrations_waiting) {
    refuse(self_, waiting,
           to_caf(error{
               errc::overloaded, {}, "too many registrations wait", std::chrono::seconds{1}}));
    return waiting;
  }
  ++waiting_;
  count_attempt(waiting, request, order);
  return waiting;
}

void account_state::count_attempt(opened_promise waiting, const request_context& request,
                                  const register_account& order) {
  ask_and_note<attempt_begun>(
      self_, context_.database, std::move(waiting),
      [this, request, order](opened_promise& then, const attempt_begun& begun) {
        if (!begun.blocked_until) return join_line({request, order, then});
        --waiting_;
        context_.events.report(security_event::registration_throttled, &request.trace,
                               {.address = order.device.address});
        refuse(self_, then, to_caf(throttled_error(*begun.blocked_until, context_.clock.now())));
      },
      [this](errc) { --waiting_; }, request,
      begin_attempt{.keys = keys_of(order),
                    .policy = policy().login.throttle,
                    .username = std::nullopt,
                    .user = std::nullopt,
                    .at = context_.clock.now()});
}

attempt_keys account_state::keys_of(const register_account& order) {
  return {.source = security::registration_throttle(source_prefix(order.device.address))};
}

void account_state::join_line(registering next) {
  auto& line = lines_[next.order.name.text()];
  line.push_back(std::move(next));
  if (line.size() == 1) hash(line.front());
}

result<void> account_state::may_register(const register_account& order) const {
  if (policy().registering == registration::closed) return fail(errc::registration_closed);
  if (policy().registering == registration::by_invitation && order.invitation_code.empty())
    return fail(errc::invalid_invitation, {}, "no code was given");
  return validate_password(order.password.reveal(), order.name);
}

void account_state::hash(const registering& first) {
  self_
      ->request(context_.passwords, caf::infinite, first.request,
                hash_password{first.order.password})
      .then([this, first](password_hashed& made) { store(first, std::move(made.phc)); },
            [this, first](caf::error& cause) {
              auto waiting = first.waiting;
              refuse_registration(waiting, first, std::move(cause));
            });
}

void account_state::store(const registering& first, std::string phc) {
  const register_account& order = first.order;
  auto [opened, refresh_secret] =
      make_session(context_, policy().login.sessions, order.device, std::string{});
  register_user made{.id = user_id{context_.ids.next(context_.clock.now())},
                     .username = order.name.text(),
                     .password_hash = std::move(phc),
                     .invitation = std::nullopt,
                     .keys = keys_of(order),
                     .policy = policy().login.throttle,
                     .opened = opened,
                     .at = opened.created_at};
  if (policy().registering == registration::by_invitation)
    made.invitation = security::hash_invitation_code(order.invitation_code);
  opened.user = made.id;
  const secret device_token{security::encode_device_token(
      security::random_bytes<16>(), order.name.text(), *context_.keys, opened.created_at)};
  issue_tokens tokens{opened, user{}, true, refresh_secret, {}, device_token};
  self_->request(context_.database, caf::infinite, first.request, std::move(made))
      .then([this, first, tokens](
                user_admitted& admitted) mutable { finish(first, admitted, std::move(tokens)); },
            [this, first](caf::error& cause) {
              auto waiting = first.waiting;
              refuse_registration(waiting, first, std::move(cause));
            });
}

void account_state::finish(const registering& first, user_admitted& made, issue_tokens order) {
  const security_subject about{made.who.id, order.opened.id, first.order.device.address};
  context_.events.report(policy().registering == registration::open
                             ? security_event::registered_openly
                             : security_event::registered_by_invitation,
                         &first.request.trace, about);
  context_.events.report(security_event::login_succeeded_registration, &first.request.trace, about);
  order.who = std::move(made.who);
  auto waiting = first.waiting;
  waiting.delegate(context_.session, first.request, std::move(order));
  next_in_line(first.order, true);
}

void account_state::refuse_registration(opened_promise& waiting, const registering& refused,
                                        caf::error cause) {
  const errc code = from_caf(cause).code;
  if (code == errc::invalid_invitation || code == errc::username_taken)
    context_.events.report(code == errc::username_taken
                               ? security_event::registration_refused_taken
                               : security_event::registration_refused_invitation,
                           &refused.request.trace, {.address = refused.order.device.address});
  refuse(self_, waiting, std::move(cause));
  next_in_line(refused.order, code == errc::username_taken);
}

void account_state::next_in_line(const register_account& done, bool taken) {
  const auto found = lines_.find(done.name.text());
  if (found == lines_.end()) return;
  auto& line = found->second;
  line.pop_front();
  --waiting_;
  // Whether a name is taken is told to nobody whose invitation was not looked at.
  const auto may_know = [&](const registering& other) {
    return policy().registering == registration::open ||
           other.order.invitation_code == done.invitation_code;
  };
  for (; taken && !line.empty() && may_know(line.front()); line.pop_front(), --waiting_) {
    context_.events.report(security_event::registration_refused_taken, &line.front().request.trace,
                           {.address = line.front().order.device.address});
    refuse(self_, line.front().waiting, to_caf(error{errc::username_taken, {}, {}, {}}));
  }
  if (line.empty())
    lines_.erase(found);
  else
    hash(line.front());
}

// Changing a password ----------------------------------------------------------------------------

void account_state::begin_change(changed_promise waiting, const request_context& request,
                                 change_own_password& order) {
  if (auto checked = validate_password(order.to.reveal(), {}); !checked)
    return refuse(self_, waiting, to_caf(checked.error()));
  begin_attempt attempt{.keys = {.device = security::session_throttle(order.current)},
                        .policy = policy().login.throttle,
                        .username = std::nullopt,
                        .user = order.user,
                        .at = context_.clock.now()};
  ask<attempt_begun>(
      self_, context_.database, std::move(waiting),
      [this, request, order = std::move(order)](changed_promise& then,
                                                attempt_begun& begun) mutable {
        verify_old(then, request, order, begun);
      },
      request, std::move(attempt));
}

void account_state::verify_old(changed_promise& waiting, const request_context& request,
                               change_own_password& order, attempt_begun& begun) {
  if (begun.blocked_until) {
    context_.events.report(security_event::password_change_throttled, &request.trace,
                           {order.user, order.current});
    return refuse(self_, waiting,
                  to_caf(throttled_error(*begun.blocked_until, context_.clock.now())));
  }
  if (!begun.known)
    return refuse(self_, waiting,
                  to_caf(error{errc::conflict, "the user has no password", {}, {}}));
  const auto who = username::parse(begun.known->username);
  if (auto checked = validate_password(order.to.reveal(), who.value_or(username{})); !checked)
    return refuse(self_, waiting, to_caf(checked.error()));
  verify_password question{std::move(order.from), begun.known->password_hash};
  ask<password_verified>(
      self_, context_.passwords, waiting,
      [this, request, order, known = std::move(*begun.known)](changed_promise& then,
                                                              const password_verified& verdict) {
        if (verdict.matches) return hash_new(then, request, order, known);
        context_.events.report(security_event::password_change_failed, &request.trace,
                               {order.user, order.current});
        refuse(self_, then, to_caf(error{errc::bad_credentials, {}, {}, {}}));
      },
      request, std::move(question));
}

void account_state::hash_new(changed_promise& waiting, const request_context& request,
                             const change_own_password& order, const credential& known) {
  ask<password_hashed>(
      self_, context_.passwords, waiting,
      [this, request, order, known](changed_promise& then, password_hashed& made) {
        replace_hash(then, request, order, known, std::move(made.phc));
      },
      request, hash_password{order.to});
}

void account_state::replace_hash(changed_promise& waiting, const request_context& request,
                                 const change_own_password& order, const credential& known,
                                 std::string phc) {
  change_password change{.user = order.user,
                         .from_hash = known.password_hash,
                         .to_hash = std::move(phc),
                         .keep = order.current,
                         .keys = {.device = security::session_throttle(order.current)},
                         .policy = policy().login.throttle,
                         .at = context_.clock.now()};
  ask<ended_sessions>(
      self_, context_.database, waiting,
      [this, request, user = order.user, current = order.current](changed_promise& then,
                                                                  ended_sessions& ended) {
        const auto count = static_cast<std::uint32_t>(ended.size());
        context_.events.report(security_event::password_change_succeeded, &request.trace,
                               {user, current});
        if (count > 0)
          context_.events.report(security_event::session_ended_password, &request.trace,
                                 {.user = user, .count = count});
        ask<announcement_applied>(
            self_, context_.session, then,
            [count](changed_promise& last, const announcement_applied&) {
              last.deliver(password_changed{count});
            },
            request, announce_ended{std::move(ended)});
      },
      request, std::move(change));
}

// Linking ----------------------------------------------------------------------------------------

void account_state::add(user_promise waiting, const request_context& request,
                        const add_own_credentials& order) {
  if (auto checked = validate_password(order.password.reveal(), order.name); !checked)
    return refuse(self_, waiting, to_caf(checked.error()));
  begin_attempt attempt{.keys = {.device = security::naming_throttle(order.user)},
                        .policy = policy().login.throttle,
                        .username = std::nullopt,
                        .user = order.user,
                        .at = context_.clock.now()};
  ask<attempt_begun>(
      self_, context_.database, std::move(waiting),
      [this, request, order](user_promise& then, const attempt_begun& begun) {
        if (begun.known)
          return refuse(self_, then, to_caf(error{errc::credentials_exist, {}, {}, {}}));
        if (!begun.blocked_until) return hash_first(then, request, order);
        context_.events.report(security_event::credentials_throttled, &request.trace,
                               {order.user, order.current});
        refuse(self_, then, to_caf(throttled_error(*begun.blocked_until, context_.clock.now())));
      },
      request, std::move(attempt));
}

void account_state::hash_first(user_promise& waiting, const request_context& request,
                               const add_own_credentials& order) {
  ask<password_hashed>(
      self_, context_.passwords, waiting,
      [this, request, who = order.user, by = order.current,
       chosen = order.name](user_promise& then, password_hashed& made) {
        ask<user>(
            self_, context_.database, then,
            [this, request](user_promise& last, const user& changed) {
              context_.events.report(security_event::credentials_added, &request.trace,
                                     {.user = changed.id});
              last.deliver(changed);
            },
            request,
            add_credentials{who, chosen.text(), std::move(made.phc), context_.clock.now(), by});
      },
      request, hash_password{order.password});
}

void account_state::link(user_promise waiting, const request_context& request, link_wechat& order) {
  ask<code_exchanged>(
      self_, context_.wechat, std::move(waiting),
      [this, request, who = order.user, by = order.current](user_promise& then,
                                                            code_exchanged& known) {
        sealed_bytes sealed_session_key = seal_session_key(context_, known);
        ask<user>(
            self_, context_.database, then,
            [this, request](user_promise& last, const user& changed) {
              context_.events.report(security_event::wechat_linked, &request.trace,
                                     {.user = changed.id});
              last.deliver(changed);
            },
            request,
            link_identity{who, std::move(known.appid), std::move(known.openid),
                          std::move(known.unionid), context_.clock.now(), by,
                          std::move(sealed_session_key)});
      },
      request, exchange_code{std::move(order.appid), std::move(order.code)});
}

} // namespace maque
