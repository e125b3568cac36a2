#include "actors/login.hpp"

#include "actors/account.hpp"
#include "actors/answer.hpp"
#include "actors/attempts.hpp"
#include "actors/session_keys.hpp"
#include "actors/session_opening.hpp"
#include "domain/ip_address.hpp"
#include "security/device_token.hpp"
#include "security/throttle_keys.hpp"

#include <utility>

namespace maque {

struct login_state::password_login {
  request_context request;
  log_in_with_password proof;
  /// The proof's, as it is stored; nothing if nobody can have such a name.
  std::optional<username> name;
  /// On which the name has logged in before.
  std::optional<security::device_id> device;
  attempt_keys keys;
  std::optional<credential> known;
};

login_actor::behavior_type login_state::make_behavior() {
  return {
      [this](const request_context& request,
             log_in_with_wechat& proof) -> caf::result<session_opened> {
        auto waiting = self_->make_response_promise<session_opened>();
        exchange(waiting, request, proof);
        return waiting;
      },
      [this](const request_context& request,
             log_in_with_password& proof) -> caf::result<session_opened> {
        auto waiting = self_->make_response_promise<session_opened>();
        begin(waiting, {request, std::move(proof), {}, {}, {}, {}});
        return waiting;
      },
      [this](const request_context& request, verify_operator& proof) -> caf::result<user> {
        auto waiting = self_->make_response_promise<user>();
        log_in_with_password typed{
            std::move(proof.username), std::move(proof.password), {}, {{}, proof.address}};
        begin(waiting, {request, std::move(typed), {}, {}, {}, {}});
        return waiting;
      },
  };
}

// WeChat -----------------------------------------------------------------------------------------

const login_policy& login_state::policy() const noexcept {
  return context_.accounts ? context_.accounts->login : policy_;
}

void login_state::exchange(promise waiting, const request_context& request,
                           log_in_with_wechat& proof) {
  ask_and_note<code_exchanged>(
      self_, context_.wechat, std::move(waiting),
      [this, request, device = proof.device](promise& then, code_exchanged& known) {
        admit(then, request, device, known);
      },
      [this, request, address = proof.device.address](errc code) {
        if (info(code).kind == error_kind::client)
          context_.events.report(security_event::login_failed_wechat, &request.trace,
                                 {.address = address});
      },
      request, exchange_code{std::move(proof.appid), std::move(proof.code)});
}

void login_state::admit(promise& waiting, const request_context& request, const device_info& device,
                        code_exchanged& known) {
  auto [opened, refresh_secret] = make_session(context_, policy().sessions, device, known.appid);
  sealed_bytes sealed_session_key = seal_session_key(context_, known);
  admit_wechat_user admission{std::move(known.appid),
                              std::move(known.openid),
                              std::move(known.unionid),
                              std::move(sealed_session_key),
                              user_id{context_.ids.next(context_.clock.now())},
                              opened,
                              policy().sessions.max_sessions};
  ask_and_note<user_admitted>(
      self_, context_.database, waiting,
      [this, request, opened = opened, refresh_secret = refresh_secret](promise& then,
                                                                        user_admitted& admitted) {
        context_.events.report(security_event::login_succeeded_wechat, &request.trace,
                               {admitted.who.id, opened.id, opened.address});
        then.delegate(context_.session, request,
                      issue_tokens{opened, std::move(admitted.who), admitted.is_new_user,
                                   refresh_secret, std::move(admitted.ended)});
      },
      [this, request, address = device.address](errc code) {
        if (code == errc::account_disabled)
          context_.events.report(security_event::login_failed_disabled, &request.trace,
                                 {.address = address});
      },
      request, std::move(admission));
}

// Passwords --------------------------------------------------------------------------------------

template <class Promise>
void login_state::begin(Promise waiting, password_login login) {
  if (auto parsed = username::parse(login.proof.username)) login.name = std::move(*parsed);
  const std::string& counted = login.name ? login.name->text() : login.proof.username;
  login.keys = keys_of(login, counted);
  begin_attempt attempt{login.keys, policy().throttle,
                        login.name ? std::optional{counted} : std::nullopt, std::nullopt,
                        context_.clock.now()};
  const request_context request = login.request;
  ask<attempt_begun>(
      self_, context_.database, std::move(waiting),
      [this, login = std::move(login)](Promise& then, attempt_begun& begun) mutable {
        verify(then, std::move(login), begun);
      },
      request, std::move(attempt));
}

attempt_keys login_state::keys_of(password_login& login, const std::string& account) const {
  login.device = security::decode_device_token(login.proof.device_token.reveal(), account,
                                               *context_.keys, context_.clock.now());
  if (login.device) return {.device = security::device_throttle(account, *login.device)};
  const std::string source = source_prefix(login.proof.device.address);
  return {.account = security::account_throttle(account),
          .source = security::source_throttle(source),
          .pair = security::pair_throttle(account, source)};
}

template <class Promise>
void login_state::verify(Promise& waiting, password_login login, attempt_begun& begun) {
  if (begun.blocked_until) {
    context_.events.report(security_event::login_throttled, &login.request.trace,
                           {.address = login.proof.device.address});
    return refuse(self_, waiting,
                  to_caf(throttled_error(*begun.blocked_until, context_.clock.now())));
  }
  login.known = std::move(begun.known);
  verify_password question{std::move(login.proof.password),
                           login.known ? login.known->password_hash : std::string{}};
  const request_context request = login.request;
  ask<password_verified>(
      self_, context_.passwords, waiting,
      [this, login = std::move(login)](Promise& then, password_verified& verdict) mutable {
        judge(then, std::move(login), verdict);
      },
      request, std::move(question));
}

template <class Promise>
void login_state::judge(Promise& waiting, password_login login, password_verified& verdict) {
  const auto failure = [&]() -> std::optional<security_event> {
    if (!login.known) return security_event::login_failed_unknown_user;
    if (!verdict.matches) return security_event::login_failed_wrong_password;
    if (login.known->disabled) return security_event::login_failed_disabled;
    return std::nullopt;
  }();
  if (!failure) return open(waiting, std::move(login), std::move(verdict.upgraded));
  security_subject about{.address = login.proof.device.address};
  if (login.known) about.user = login.known->user;
  context_.events.report(*failure, &login.request.trace, about);
  refuse(self_, waiting, to_caf(error{errc::bad_credentials, {}, {}, {}}));
}

void login_state::open(promise& waiting, password_login login,
                       std::optional<std::string> upgraded_hash) {
  auto [opened, refresh_secret] =
      make_session(context_, policy().sessions, login.proof.device, std::string{});
  opened.user = login.known->user;
  const secret device_token{
      security::encode_device_token(login.device ? *login.device : security::random_bytes<16>(),
                                    login.known->username, *context_.keys, opened.created_at)};
  if (upgraded_hash)
    context_.events.report(security_event::password_upgraded, &login.request.trace,
                           {.user = opened.user});
  open_password_session order{opened.user,
                              login.known->password_hash,
                              std::move(upgraded_hash),
                              login.keys,
                              policy().throttle,
                              opened,
                              policy().sessions.max_sessions};
  ask_and_note<user_admitted>(
      self_, context_.database, waiting,
      [this, request = login.request, opened = opened, refresh_secret = refresh_secret,
       device_token](promise& then, user_admitted& admitted) {
        context_.events.report(security_event::login_succeeded_password, &request.trace,
                               {admitted.who.id, opened.id, opened.address});
        then.delegate(context_.session, request,
                      issue_tokens{opened, std::move(admitted.who), false, refresh_secret,
                                   std::move(admitted.ended), device_token});
      },
      [this, request = login.request, user = opened.user, address = opened.address](errc code) {
        if (code == errc::bad_credentials)
          context_.events.report(security_event::login_failed_changed, &request.trace,
                                 {.user = user, .address = address});
      },
      login.request, std::move(order));
}

void login_state::open(operator_promise& waiting, password_login login,
                       std::optional<std::string> upgraded_hash) {
  confirm_password order{login.known->user, login.known->password_hash, std::move(upgraded_hash),
                         login.keys,        policy_.throttle,           context_.clock.now()};
  ask_and_note<user>(
      self_, context_.database, waiting,
      [this, request = login.request, address = login.proof.device.address](operator_promise& then,
                                                                            user& who) {
        const bool may = who.role == user_role::admin_operator;
        context_.events.report(may ? security_event::operator_signed_in_account
                                   : security_event::login_failed_no_operator,
                               &request.trace, {.user = who.id, .address = address});
        if (may)
          then.deliver(std::move(who));
        else
          refuse(self_, then, to_caf(error{errc::bad_credentials, {}, "no operator", {}}));
      },
      [this, request = login.request, user = login.known->user,
       address = login.proof.device.address](errc code) {
        if (code == errc::bad_credentials)
          context_.events.report(security_event::login_failed_changed, &request.trace,
                                 {.user = user, .address = address});
      },
      login.request, std::move(order));
}

} // namespace maque
