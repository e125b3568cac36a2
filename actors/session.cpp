#include "actors/session.hpp"

#include "actors/account.hpp"
#include "actors/answer.hpp"
#include "domain/limits.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace maque {

session_state::session_state(actor_of<session_actor> self, lane_context& context,
                             const token_settings& settings)
    : self_{self}, context_{context}, policy_{settings.policy},
      throttle_memory_{settings.throttle_memory}, audit_kept_{settings.audit_kept},
      access_tokens_{settings.keys, settings.issuer, settings.audience}, refresh_tokens_{
                                                                             settings.keys} {}

session_actor::behavior_type session_state::make_behavior() {
  return {
      [this](const request_context& request,
             const issue_tokens& order) -> caf::result<session_opened> {
        if (order.ended.empty()) return open(order);
        context_.events.report(security_event::session_ended_limit, &request.trace,
                               {.user = order.who.id, .count = order.ended.size()});
        auto waiting = self_->make_response_promise<session_opened>();
        open_after_announcement(waiting, order);
        return waiting;
      },
      [this](const request_context& request,
             const refresh_session& order) -> caf::result<session_refreshed> {
        auto waiting = self_->make_response_promise<session_refreshed>();
        const utc_time now = context_.clock.now();
        if (const auto presented = refresh_tokens().decode(order.refresh_token, now))
          refresh(waiting, request, *presented);
        else
          refuse_refresh(waiting, request, presented.error(), {});
        return waiting;
      },
      [this](const request_context& request, const log_out& order) -> caf::result<logged_out> {
        return at_owner(request, order, [this, &request, &order](const logout_promise& waiting) {
          end(waiting, request, order);
        });
      },
      [this](const request_context& request, const end_session& order) -> caf::result<logged_out> {
        return at_owner(request, order, [this, &request, &order](const logout_promise& waiting) {
          end_one(waiting, request, order);
        });
      },
      [this](const request_context& request,
             const list_sessions& query) -> caf::result<std::vector<session>> {
        auto waiting = self_->make_response_promise<std::vector<session>>();
        list(waiting, request, query);
        return waiting;
      },
      [this](const request_context&,
             const announce_ended& order) -> caf::result<announcement_applied> {
        auto waiting = self_->make_response_promise<announcement_applied>();
        announce(order.ended, [this, kept = keep(waiting)](std::optional<caf::error> failure) {
          if (failure) return refuse(self_, kept->get(), std::move(*failure));
          kept->get().deliver(announcement_applied{context_.home.index()});
        });
        return waiting;
      },
      [this](look_for_ended_sessions) { look_for_ended(); },
      [this](purge_database) { purge_old(); },
      [this](const revoke_sessions& announced) -> caf::result<announcement_applied> {
        for (const session_id id : announced.ended)
          context_.revocations.add(id, announced.until);
        return announcement_applied{context_.home.index()};
      },
      [this](const request_context& request,
             reload_revocations) -> caf::result<announcement_applied> {
        auto waiting = self_->make_response_promise<announcement_applied>();
        reload(waiting, request);
        return waiting;
      },
  };
}

// In the lane's thread, unlike the constructor: a rotation replaces the keys of the lane.
security::access_token_codec& session_state::access_tokens() {
  access_tokens_.use(context_.keys);
  return access_tokens_;
}

security::refresh_token_codec& session_state::refresh_tokens() {
  refresh_tokens_.use(context_.keys);
  return refresh_tokens_;
}

session_opened session_state::open(const issue_tokens& order) {
  session_opened reply{make_tokens(order.opened, order.who, order.refresh_secret), order.who,
                       order.device_token};
  reply.issued.is_new_user = order.is_new_user;
  return reply;
}

void session_state::open_after_announcement(opened_promise waiting, const issue_tokens& order) {
  // A lane that did not confirm learns of it from the database, within a second or two.
  announce(order.ended,
           [this, kept = keep(std::move(waiting)), order](const std::optional<caf::error>&) {
             kept->get().deliver(open(order));
           });
}

tokens session_state::make_tokens(const session& of, const user& who,
                                  const security::refresh_secret& secret) {
  const utc_time now = context_.clock.now();
  tokens made;
  made.user = who.id;
  made.session = of.id;
  made.access_ttl = policy_.access_ttl;
  made.access_token =
      access_tokens().sign(access_claims{who.id, of.id, who.role, now, now + policy_.access_ttl});
  made.refresh_token =
      refresh_tokens().encode(security::refresh_token{of.id, of.refresh_counter, secret}, now);
  made.refresh_ttl = std::chrono::floor<std::chrono::seconds>(session_end(of, policy_) - now);
  return made;
}

// Refresh ----------------------------------------------------------------------------------------

void session_state::refresh(refresh_promise waiting, const request_context& request,
                            const security::refresh_token& presented) {
  ask<std::optional<session>>(
      self_, context_.database, std::move(waiting),
      [this, request, presented](refresh_promise& then, const std::optional<session>& found) {
        judge(then, request, presented, found);
      },
      request, find_session{presented.session});
}

void session_state::judge(refresh_promise& waiting, const request_context& request,
                          const security::refresh_token& presented,
                          const std::optional<session>& found) {
  if (!found || !security::matches(presented.secret, found->refresh_secret_hash))
    return refuse_refresh(waiting, request,
                          error{errc::invalid_refresh_token, {}, "no session has this secret", {}},
                          {});
  switch (judge_refresh(*found, presented.counter, context_.clock.now(), policy_)) {
  case refresh_verdict::rotate:
    return rotate(waiting, request, presented, found->user);
  case refresh_verdict::repeat_current:
    context_.events.report(security_event::session_refreshed_again, &request.trace,
                           {found->user, found->id});
    return reissue(waiting, request, *found, presented.secret);
  case refresh_verdict::reuse_detected:
    return end_reused(waiting, request, *found);
  case refresh_verdict::ended:
    return refuse_refresh(waiting, request, error{errc::session_ended, {}, {}, {}},
                          {found->user, found->id});
  }
}

void session_state::refuse_refresh(refresh_promise& waiting, const request_context& request,
                                   const error& cause, const security_subject& about) {
  const auto event = cause.code == errc::session_ended ? security_event::refresh_refused_ended
                     : cause.code == errc::account_disabled
                         ? security_event::refresh_refused_disabled
                         : security_event::refresh_refused_invalid;
  context_.events.report(event, &request.trace, about);
  refuse(self_, waiting, to_caf(cause));
}

void session_state::rotate(refresh_promise& waiting, const request_context& request,
                           const security::refresh_token& presented, user_id user) {
  const auto kept = keep(waiting);
  self_
      ->request(context_.database, caf::infinite, request,
                rotate_refresh{presented.session, user, presented.counter, context_.clock.now()})
      .then(
          [this, kept, request, presented](const session& rotated) {
            context_.events.note(security_event::session_refreshed);
            reissue(kept->get(), request, rotated, presented.secret);
            kept->release();
          },
          [this, kept, request, presented](caf::error& cause) {
            // Another request with the same token was faster: judge again by what it left.
            if (from_caf(cause).code == errc::conflict)
              refresh(kept->get(), request, presented);
            else
              refuse(self_, kept->get(), std::move(cause));
            kept->release();
          });
}

void session_state::reissue(refresh_promise& waiting, const request_context& request,
                            const session& current, const security::refresh_secret& secret) {
  // From the database, not from a cache: who was disabled a moment ago gets no new token.
  ask<std::optional<user>>(
      self_, context_.database, waiting,
      [this, request, current, secret](refresh_promise& then, const std::optional<user>& who) {
        const security_subject about{current.user, current.id};
        if (!who || who->disabled)
          return refuse_refresh(then, request, error{errc::account_disabled, {}, {}, {}}, about);
        // A logout may have been faster than this look-up.
        if (context_.revocations.contains(current.id))
          return refuse_refresh(then, request, error{errc::session_ended, {}, {}, {}}, about);
        then.deliver(session_refreshed{make_tokens(current, *who, secret)});
      },
      request, find_user{current.user});
}

void session_state::end_reused(refresh_promise& waiting, const request_context& request,
                               const session& stolen) {
  context_.events.report(security_event::session_reuse_detected, &request.trace,
                         {stolen.user, stolen.id, stolen.address});
  ask<logged_out>(
      self_, context_.session, waiting,
      [this](refresh_promise& then, const logged_out&) {
        refuse(self_, then, to_caf(error{errc::session_ended, {}, "refresh token reused", {}}));
      },
      request, log_out{stolen.user, stolen.id, logout_scope::this_session});
}

// Logout -----------------------------------------------------------------------------------------

template <class Order, class Perform>
caf::result<logged_out> session_state::at_owner(const request_context& request, const Order& order,
                                                Perform perform) {
  const auto& owner = context_.session_owners.owner(order.user.value);
  if (owner.id != context_.home.index()) return self_->delegate(owner.handle, request, order);
  auto waiting = self_->make_response_promise<logged_out>();
  perform(waiting);
  return waiting;
}

void session_state::end(logout_promise waiting, const request_context& request,
                        const log_out& order) {
  ask<ended_sessions>(
      self_, context_.database, std::move(waiting),
      [this, request, order](logout_promise& then, ended_sessions& ended) {
        const auto count = static_cast<std::uint32_t>(ended.size());
        if (count > 0)
          context_.events.report(security_event::session_ended_logout, &request.trace,
                                 {order.user, order.current, {}, count});
        // Announced even if it had ended before: its announcement may have been lost.
        if (order.scope != logout_scope::others) ended.push_back(order.current);
        announce(ended, [this, kept = keep(then), count](std::optional<caf::error> failure) {
          if (failure) return refuse(self_, kept->get(), std::move(*failure));
          kept->get().deliver(logged_out{count});
        });
      },
      request, end_sessions{order.user, order.current, order.scope, context_.clock.now()});
}

void session_state::end_one(logout_promise waiting, const request_context& request,
                            const end_session& order) {
  ask<ended_sessions>(
      self_, context_.database, std::move(waiting),
      [this, request, order](logout_promise& then, const ended_sessions& ended) {
        // Nothing is announced that wasn't his: the id may be of anybody's session.
        if (ended.empty())
          return refuse(self_, then, to_caf(error{errc::session_not_found, {}, {}, {}}));
        context_.events.report(order.by_operator ? security_event::session_ended_by_operator
                                                 : security_event::session_ended_by_owner,
                               &request.trace, {order.user, order.which});
        announce(ended, [this, kept = keep(then)](std::optional<caf::error> failure) {
          if (failure) return refuse(self_, kept->get(), std::move(*failure));
          kept->get().deliver(logged_out{1});
        });
      },
      request,
      end_sessions{order.user, order.which, logout_scope::this_session, context_.clock.now()});
}

void session_state::list(caf::typed_response_promise<std::vector<session>> waiting,
                         const request_context& request, const list_sessions& query) {
  ask<std::vector<session>>(
      self_, context_.database, std::move(waiting),
      [this](auto& then, std::vector<session>& open) {
        const utc_time now = context_.clock.now();
        std::erase_if(open, [&](const session& each) { return session_end(each, policy_) <= now; });
        then.deliver(std::move(open));
      },
      request, query);
}

void session_state::announce(const std::vector<session_id>& ended,
                             std::function<void(std::optional<caf::error>)> done) {
  struct progress {
    std::size_t missing;
    std::function<void(std::optional<caf::error>)> done;

    void confirm(std::optional<caf::error> failure) {
      if (!done) return;
      if (!failure && --missing > 0) return;
      std::exchange(done, nullptr)(std::move(failure));
    }
  };

  const utc_time until = revoked_until();
  const auto lanes = context_.session_owners.members();
  const auto state = std::make_shared<progress>(progress{lanes.size(), std::move(done)});
  for (const auto& lane : lanes)
    self_->request(lane.handle, caf::infinite, revoke_sessions{ended, until})
        .then([state](const announcement_applied&) { state->confirm({}); },
              [state](caf::error& cause) { state->confirm(std::move(cause)); });
}

void session_state::reload(caf::typed_response_promise<announcement_applied> waiting,
                           const request_context& request) {
  const utc_time now = context_.clock.now();
  ask<ended_sessions>(
      self_, context_.database, std::move(waiting),
      [this](auto& then, const ended_sessions& ended) {
        const utc_time until = revoked_until();
        for (const session_id id : ended)
          context_.revocations.add(id, until);
        then.deliver(announcement_applied{context_.home.index()});
      },
      request, list_ended_sessions{now - policy_.access_ttl});
}

void session_state::look_for_ended() {
  // One look at a time, however slow the database is.
  if (std::exchange(looking_, true)) return;
  const utc_time now = context_.clock.now();
  const request_context request{{}, std::chrono::steady_clock::now() + limits::look_timeout};
  // What was ended while the database did not answer this lane is looked for as well. What was
  // ended longer ago than access tokens live has none that is still good.
  const utc_time since =
      std::max<utc_time>(seen_until_ - limits::look_back, now - policy_.access_ttl);
  self_->request(context_.database, caf::infinite, request, list_ended_sessions{since})
      .then(
          [this, now](ended_sessions& ended) {
            looking_ = false;
            seen_until_ = now;
            const auto known = [this](session_id id) { return context_.revocations.contains(id); };
            std::erase_if(ended, known);
            const utc_time until = revoked_until();
            for (const session_id id : ended)
              context_.revocations.add(id, until);
            // Every lane looks; one of them says so.
            if (!ended.empty() && context_.home.index() == 0)
              context_.events.report(security_event::session_ended_elsewhere, nullptr,
                                     {.count = ended.size()});
          },
          [this](const caf::error&) { looking_ = false; });
}

std::chrono::milliseconds session_state::throttle_memory() const noexcept {
  return context_.accounts ? context_.accounts->login.throttle.forget_after : throttle_memory_;
}

void session_state::purge_old() {
  if (std::exchange(purging_, true)) return;
  const utc_time now = context_.clock.now();
  const request_context request{{}, std::chrono::steady_clock::now() + limits::purge_timeout};
  self_
      ->request(context_.database, caf::infinite, request,
                purge{.sessions_before = now - limits::sessions_kept,
                      .throttles_before = now - throttle_memory(),
                      .audit_before = now - audit_kept_,
                      .now = now,
                      .limit = limits::purge_rows})
      .then(
          [this](std::uint64_t removed) {
            purging_ = false;
            // There may be more, and strangers who guess must not be faster than this.
            if (removed >= limits::purge_rows) purge_old();
          },
          [this](const caf::error&) { purging_ = false; });
}

utc_time session_state::revoked_until() const {
  return context_.clock.now() + policy_.access_ttl + limits::revocation_margin;
}

} // namespace maque
