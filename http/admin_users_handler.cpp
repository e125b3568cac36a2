#include "domain/limits.hpp"
#include "http/admin_audit.hpp"
#include "http/admin_desk.hpp"
#include "http/admin_gate.hpp"
#include "http/admin_handlers.hpp"
#include "http/admin_json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace maque::http {

namespace {

/// Calls `then(exchange, account)` if there is such a user; otherwise the answer is user_not_found.
template <class Then>
void with_user(handler_context& context, const exchange_ptr& asked, Then then) {
  const auto id = user_id::parse(asked->parameters.front());
  if (!id) return asked->fail(error{errc::user_not_found, {}, "not an id", {}});
  context.ask<std::vector<account>>(
      asked, context.services.database, account_search{to_string(*id), {}, limits::accounts_found},
      [id = *id, then = std::move(then)](exchange& waiting, const std::vector<account>& found) {
        const auto meant =
            std::ranges::find(found, id, [](const account& each) { return each.who.id; });
        if (meant == found.end()) return waiting.fail(error{errc::user_not_found, {}, {}, {}});
        then(exchange_ptr{&waiting}, *meant);
      });
}

void answer_with_count(exchange& waiting, std::size_t ended) {
  answer_with(waiting, {{"ended_sessions", ended}});
}

/// All lanes refuse the tokens of these sessions when the answer is given.
void announce_and_answer(handler_context& context, const exchange_ptr& asked, user_id user,
                         ended_sessions ended) {
  const std::size_t count = ended.size();
  if (count == 0) return answer_with_count(*asked, 0);
  const auto& owner = context.services.session_owners.owner(user.value);
  context.ask<announcement_applied>(asked, owner.handle, announce_ended{std::move(ended)},
                                    [count](exchange& waiting, const announcement_applied&) {
                                      answer_with_count(waiting, count);
                                    });
}

void set_disabled(handler_context& context, const exchange_ptr& asked, bool disabled) {
  with_user(context, asked, [&context, disabled](const exchange_ptr& found, const account& whom) {
    note_action(context, found, {disabled ? "user.disable" : "user.enable", to_string(whom.who.id)},
                [&context, disabled, user = whom.who.id](const exchange_ptr& noted) {
                  if (disabled) context.options.desk->gate->sessions().end_all(user);
                  context.ask<ended_sessions>(
                      noted, context.services.database,
                      set_user_disabled{user, disabled, context.services.clock.now()},
                      [&context, user](exchange& waiting, ended_sessions& ended) {
                        announce_and_answer(context, exchange_ptr{&waiting}, user,
                                            std::move(ended));
                      });
                });
  });
}

} // namespace

void find_accounts(handler_context& context, const exchange_ptr& asked) {
  const auto given = query_parameter(asked->incoming.query(), "q");
  const std::string text = given.value.value_or("");
  if (!given.well_formed || text.size() > limits::account_search_bytes)
    return asked->fail(
        error{errc::invalid_field, "q: longer than 256 bytes, or badly encoded", {}, {}});
  context.ask<std::vector<account>>(
      asked, context.services.database,
      account_search{text, appids_of(*context.services.apps), limits::accounts_found},
      [](exchange& waiting, const std::vector<account>& found) {
        nlohmann::json items = nlohmann::json::array();
        for (const account& each : found)
          items.push_back(account_json(each));
        answer_with(waiting, {{"items", std::move(items)}});
      });
}

void show_account(handler_context& context, const exchange_ptr& asked) {
  with_user(context, asked, [&context](const exchange_ptr& found, const account& whom) {
    context.ask<std::vector<session>>(
        found, context.services.database, list_sessions{whom.who.id},
        [&context, shown = account_json(whom)](exchange& waiting,
                                               const std::vector<session>& open) mutable {
          const utc_time now = context.services.clock.now();
          const auto idle = context.options.desk->session_idle;
          shown["sessions"] = nlohmann::json::array();
          for (const session& each : open)
            if (each.expires_at > now && each.last_seen_at + idle > now)
              shown["sessions"].push_back(session_json(each));
          answer_with(waiting, shown);
        });
  });
}

void log_account_out(handler_context& context, const exchange_ptr& asked) {
  with_user(context, asked, [&context](const exchange_ptr& found, const account& whom) {
    note_action(context, found, {"user.logout", to_string(whom.who.id)},
                [&context, user = whom.who.id](const exchange_ptr& noted) {
                  const auto& owner = context.services.session_owners.owner(user.value);
                  // Seen from no session, the others are all of them.
                  context.ask<logged_out>(noted, owner.handle,
                                          log_out{user, session_id{}, logout_scope::others},
                                          [](exchange& waiting, const logged_out& done) {
                                            answer_with_count(waiting, done.ended_sessions);
                                          });
                });
  });
}

void disable_account(handler_context& context, const exchange_ptr& asked) {
  set_disabled(context, asked, true);
}

void enable_account(handler_context& context, const exchange_ptr& asked) {
  set_disabled(context, asked, false);
}

} // namespace maque::http
