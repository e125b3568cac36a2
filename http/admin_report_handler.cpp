#include "http/admin_desk.hpp"
#include "http/admin_handlers.hpp"
#include "http/front.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace maque::http {

namespace {

constexpr std::string_view table_type = "text/plain; charset=utf-8";

/// Whether a table is wanted: by whoever names text/plain, and neither JSON nor everything. Others
/// are programs, and get JSON.
bool wants_table(const request& incoming) {
  const std::string_view accepted = incoming.field("Accept").value_or("");
  return accepted.find("text/plain") != std::string_view::npos &&
         accepted.find("json") == std::string_view::npos;
}

} // namespace

void show_metrics(handler_context& context, const exchange_ptr& asked) {
  asked->outgoing.content_type = "text/plain; version=0.0.4; charset=utf-8";
  asked->outgoing.body = context.options.desk->metrics();
  asked->answer();
}

void show_report(handler_context& context, const exchange_ptr& asked) {
  const auto& reports = context.options.desk->reports;
  const auto report = std::ranges::find(reports, asked->matched->pattern, &admin_report::pattern);
  if (report->table) asked->outgoing.headers += "Vary: Accept\r\n";
  if (report->table && wants_table(asked->incoming)) {
    auto table = report->table(*asked);
    if (!table) return asked->fail(std::move(table.error()));
    asked->outgoing.content_type = table_type;
    asked->outgoing.body = std::move(*table);
    return asked->answer();
  }
  auto data = report->render(*asked);
  if (!data) return asked->fail(std::move(data.error()));
  // A name that a client has chosen may be cut within a character.
  asked->succeed(data->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

} // namespace maque::http
