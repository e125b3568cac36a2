#include "http/admin_handlers.hpp"
#include "http/admin_json.hpp"
#include "http/front.hpp"

namespace maque::http {

void list_audit_log(handler_context& context, const exchange_ptr& asked) {
  const auto limit = read_limit(asked->incoming.query());
  if (!limit) return asked->fail(limit.error());
  const auto cursor = read_cursor<audit_id>(asked->incoming.query());
  if (!cursor) return asked->fail(cursor.error());
  context.ask<std::vector<audit_entry>>(
      asked, context.services.database, audit_page_query{*cursor, *limit + 1},
      [limit = *limit](exchange& waiting, const std::vector<audit_entry>& found) {
        answer_with(waiting, page_of(found, limit, audit_json));
      });
}

} // namespace maque::http
