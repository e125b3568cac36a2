#include "http/admin_audit.hpp"
#include "http/admin_desk.hpp"
#include "http/admin_handlers.hpp"
#include "http/admin_json.hpp"
#include "http/page_query.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace maque::http {

namespace {

/// Sessions belong to their user's owner, who tells all lanes.
void end_at_owner(handler_context& context, const exchange_ptr& asked, const session& which) {
  const auto& owner = context.services.session_owners.owner(which.user.value);
  context.ask<logged_out>(asked, owner.handle, end_session{which.user, which.id, true},
                          [](exchange& waiting, const logged_out& done) {
                            answer_with(waiting, {{"ended_sessions", done.ended_sessions}});
                          });
}

} // namespace

void list_all_sessions(handler_context& context, const exchange_ptr& asked) {
  const auto limit = read_limit(asked->incoming.query());
  if (!limit) return asked->fail(limit.error());
  const auto cursor = read_cursor<session_id>(asked->incoming.query());
  if (!cursor) return asked->fail(cursor.error());
  const utc_time now = context.services.clock.now();
  context.ask<std::vector<session>>(
      asked, context.services.database,
      session_page_query{*cursor, *limit + 1, now, now - context.options.desk->session_idle},
      [&context, limit = *limit](exchange& waiting, const std::vector<session>& found) {
        nlohmann::json page = page_of(found, limit, session_json);
        page["counters"] = context.options.desk->session_counters();
        answer_with(waiting, page);
      });
}

void end_any_session(handler_context& context, const exchange_ptr& asked) {
  const auto which = session_id::parse(asked->parameters.front());
  if (!which) return asked->fail(error{errc::session_not_found, {}, "not an id", {}});
  context.ask<std::optional<session>>(
      asked, context.services.database, find_session{*which},
      [&context](exchange& waiting, const std::optional<session>& found) {
        if (!found || found->ended_at)
          return waiting.fail(error{errc::session_not_found, {}, {}, {}});
        note_action(context, exchange_ptr{&waiting},
                    {"session.end", to_string(found->id),
                     to_details({{"user_id", to_string(found->user)}})},
                    [&context, which = *found](const exchange_ptr& noted) {
                      end_at_owner(context, noted, which);
                    });
      });
}

} // namespace maque::http
