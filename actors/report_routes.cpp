#include "actors/report_routes.hpp"

#include "http/exchange.hpp"

#include <string>
#include <utility>

namespace maque {

namespace {

using nlohmann::json;

/// Empty if it is absent.
result<std::string> parameter_of(const http::exchange& asked, std::string_view name) {
  auto given = http::query_parameter(asked.incoming.query(), name);
  if (!given.well_formed)
    return fail(errc::invalid_field, std::string{name} + ": broken percent-encoding");
  return std::move(given.value).value_or("");
}

result<actor_query> query_of(const http::exchange& asked) {
  auto sort = parameter_of(asked, "sort");
  if (!sort) return tl::unexpected{std::move(sort.error())};
  auto type = parameter_of(asked, "type");
  if (!type) return tl::unexpected{std::move(type.error())};
  return actor_query{*std::move(sort), *std::move(type)};
}

} // namespace

std::vector<http::admin_report> report_routes(const std::unique_ptr<admin_reports>& made) {
  using asked = const http::exchange&;
  return {
      {"/admin/actors",
       [&made](asked by) {
         return query_of(by).and_then(
             [&](const actor_query& query) { return made->actors(query); });
       },
       [&made](asked by) {
         return query_of(by).and_then(
             [&](const actor_query& query) { return made->actors_table(query); });
       }},
      {"/admin/actors/{name}", [&made](asked by) { return made->actor(by.parameters.at(0)); }},
      {"/admin/lanes", [&made](asked) -> result<json> { return made->lanes(); }},
      {"/admin/http", [&made](asked) -> result<json> { return made->http(); }},
      {"/admin/db", [&made](asked) -> result<json> { return made->db(); }},
      {"/admin/runtime", [&made](asked) -> result<json> { return made->runtime(); }},
      {"/admin/overview", [&made](asked) -> result<json> { return made->overview(); }},
  };
}

} // namespace maque
