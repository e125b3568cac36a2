#include "http/front.hpp"
#include "http/handlers.hpp"
#include "http/json_writer.hpp"

namespace maque::http {

namespace {

void answer_readiness(exchange& asked, std::string_view status, std::string_view database,
                      std::string_view wechat) {
  if (status != "ready") asked.outgoing.status = asked.outgoing.code = 503;
  std::string json{R"({"status":)"};
  append_json_string(json, status);
  json += R"(,"checks":{"database":)";
  append_json_string(json, database);
  json += R"(,"wechat":)";
  append_json_string(json, wechat);
  json += "}}";
  asked.reply_plain(json);
}

} // namespace

void ping(handler_context&, const exchange_ptr& asked) {
  asked->reply_plain(R"({"message":"pong"})");
}

void report_alive(handler_context&, const exchange_ptr& asked) {
  asked->reply_plain(R"({"status":"alive"})");
}

void report_ready(handler_context& context, const exchange_ptr& asked) {
  const std::string_view wechat = context.options.wechat_state();
  if (context.draining) return answer_readiness(*asked, "shutting down", "unchecked", wechat);
  // Any read tells whether the database answers; nobody has the id 0.
  context.self
      ->request(context.services.database, caf::infinite, asked->context, find_user{user_id{0}})
      .then(
          [asked, wechat](const std::optional<user>&) {
            if (!asked->answered()) answer_readiness(*asked, "ready", "ok", wechat);
          },
          [asked, wechat](const caf::error&) {
            if (!asked->answered()) answer_readiness(*asked, "not ready", "unavailable", wechat);
          });
}

void show_version(handler_context& context, const exchange_ptr& asked) {
  asked->succeed(context.options.version_json);
}

} // namespace maque::http
