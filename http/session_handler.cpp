#include "domain/limits.hpp"
#include "http/front.hpp"
#include "http/handlers.hpp"
#include "http/json_body.hpp"
#include "http/json_writer.hpp"
#include "http/token_reply.hpp"

namespace maque::http {

namespace {

constexpr std::size_t scope_bytes = 16;

result<std::string> read_refresh_token(const request& incoming) {
  auto body = json_body::read(incoming);
  if (!body) return tl::unexpected{std::move(body.error())};
  std::string token = body->required("refresh_token", limits::refresh_token_bytes);
  if (auto checked = body->finish(); !checked) return tl::unexpected{std::move(checked.error())};
  return token;
}

result<logout_scope> read_scope(const request& incoming) {
  auto body = json_body::read_optional(incoming);
  if (!body) return tl::unexpected{std::move(body.error())};
  const std::string scope = body->optional("scope", scope_bytes).value_or("this");
  if (auto checked = body->finish(); !checked) return tl::unexpected{std::move(checked.error())};
  if (scope == "this") return logout_scope::this_session;
  if (scope == "others") return logout_scope::others;
  if (scope == "all") return logout_scope::all;
  return maque::fail(errc::invalid_field, R"(scope: has to be "this", "others" or "all")");
}

void append_session(std::string& out, const session& each, session_id current) {
  out += R"({"id":)";
  append_json_string(out, to_string(each.id));
  out += R"(,"device":)";
  append_json_string(out, each.device);
  out += R"(,"address":)";
  append_json_string(out, each.address);
  out += R"(,"created_at":)";
  append_json_string(out, to_rfc3339(each.created_at));
  out += R"(,"last_seen_at":)";
  append_json_string(out, to_rfc3339(each.last_seen_at));
  out += R"(,"current":)";
  out += each.id == current ? "true" : "false";
  out += '}';
}

} // namespace

void refresh_tokens(handler_context& context, const exchange_ptr& asked) {
  auto token = read_refresh_token(asked->incoming);
  if (!token) return asked->fail(std::move(token.error()));
  context.ask<session_refreshed>(
      asked, context.services.session, refresh_session{std::move(*token)},
      [](exchange& waiting, const session_refreshed& renewed) {
        waiting.identity = caller{renewed.issued.user, renewed.issued.session};
        std::string data{"{"};
        append_tokens(data, renewed.issued);
        data += '}';
        waiting.succeed(data);
      });
}

void log_out_sessions(handler_context& context, const exchange_ptr& asked) {
  const auto scope = read_scope(asked->incoming);
  if (!scope) return asked->fail(scope.error());
  const caller& who = *asked->identity;
  context.ask<logged_out>(asked, context.services.session, log_out{who.user, who.session, *scope},
                          [](exchange& waiting, const logged_out& done) {
                            waiting.succeed(
                                "{\"ended_sessions\":" + std::to_string(done.ended_sessions) + "}");
                          });
}

void list_own_sessions(handler_context& context, const exchange_ptr& asked) {
  const caller& who = *asked->identity;
  context.ask<std::vector<session>>(
      asked, context.services.session, list_sessions{who.user},
      [current = who.session](exchange& waiting, const std::vector<session>& open) {
        std::string data{R"({"items":[)"};
        for (const session& each : open) {
          if (data.back() == '}') data += ',';
          append_session(data, each, current);
        }
        data += "]}";
        waiting.succeed(data);
      });
}

void end_own_session(handler_context& context, const exchange_ptr& asked) {
  const auto which = session_id::parse(asked->parameters.front());
  if (!which) return asked->fail(error{errc::session_not_found, {}, "not an id", {}});
  context.ask<logged_out>(
      asked, context.services.session, end_session{asked->identity->user, *which},
      [](exchange& waiting, const logged_out& done) {
        waiting.succeed("{\"ended_sessions\":" + std::to_string(done.ended_sessions) + "}");
      });
}

} // namespace maque::http
