#include "http/front.hpp"
#include "http/handlers.hpp"
#include "http/json_writer.hpp"
#include "http/login_code.hpp"

namespace maque::http {

namespace {

std::string render_phone(const bound_phone& bound) {
  std::string json{R"({"phone_number":)"};
  append_json_string(json, bound.phone.number);
  json += R"(,"local_number":)";
  append_json_string(json, bound.phone.local_number);
  json += R"(,"country_code":)";
  append_json_string(json, bound.phone.country_code);
  json += R"(,"bound_at":)";
  append_json_string(json, to_rfc3339(bound.bound_at));
  return json += '}';
}

} // namespace

void bind_phone_of_caller(handler_context& context, const exchange_ptr& asked) {
  auto code = read_login_code(asked->incoming, *context.services.apps);
  if (!code) return asked->fail(std::move(code.error()));
  context.ask<bound_phone>(
      asked, context.services.wechat_data,
      bind_own_phone{asked->identity->user, asked->identity->session, std::move(code->appid),
                     std::move(code->code)},
      [](exchange& waiting, const bound_phone& bound) { waiting.succeed(render_phone(bound)); });
}

void show_phone_of_caller(handler_context& context, const exchange_ptr& asked) {
  context.ask<std::optional<bound_phone>>(
      asked, context.services.database, find_bound_phone{asked->identity->user},
      [](exchange& waiting, const std::optional<bound_phone>& found) {
        waiting.succeed(found ? render_phone(*found) : "null");
      });
}

} // namespace maque::http
