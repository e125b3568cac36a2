#include "domain/limits.hpp"
#include "http/front.hpp"
#include "http/handlers.hpp"
#include "http/json_body.hpp"
#include "http/json_writer.hpp"
#include "http/login_code.hpp"
#include "http/token_reply.hpp"

namespace maque::http {

namespace {

/// What of a User-Agent is kept: printable ASCII, cut.
std::string printable_prefix(std::string_view text, std::size_t max_bytes) {
  std::string kept{text.substr(0, max_bytes)};
  for (char& c : kept)
    if (c < 0x20 || c > 0x7e) c = '?';
  return kept;
}

device_info device_of(const exchange& asked) {
  const auto agent = asked.incoming.field("User-Agent").value_or("");
  return {printable_prefix(agent, limits::device_bytes), std::string{asked.client_address}};
}

/// What all ways to log in are answered with.
void answer_with_session(exchange& waiting, const session_opened& opened) {
  waiting.identity = caller{opened.issued.user, opened.issued.session};
  std::string data{"{"};
  append_tokens(data, opened.issued);
  if (!opened.device_token.empty()) {
    data += ",\"device_token\":";
    append_json_string(data, opened.device_token.reveal());
  }
  data += ",\"user\":";
  append_user(data, opened.who);
  data += '}';
  waiting.succeed(data);
}

result<log_in_with_password> read_credentials(const exchange& asked) {
  auto body = json_body::read(asked.incoming);
  if (!body) return tl::unexpected{std::move(body.error())};
  log_in_with_password proof;
  proof.username = body->required("username", limits::typed_username_bytes);
  proof.password = body->required_secret("password", limits::typed_password_bytes);
  proof.device_token =
      secret{body->optional("device_token", limits::device_token_bytes).value_or("")};
  if (auto checked = body->finish(); !checked) return tl::unexpected{std::move(checked.error())};
  proof.device = device_of(asked);
  return proof;
}

result<register_account> read_registration(const exchange& asked) {
  auto body = json_body::read(asked.incoming);
  if (!body) return tl::unexpected{std::move(body.error())};
  const std::string typed = body->required("username", limits::typed_username_bytes);
  register_account order;
  order.password = body->required_secret("password", limits::typed_password_bytes);
  order.invitation_code =
      body->optional("invitation_code", limits::invitation_code_bytes).value_or("");
  if (auto checked = body->finish(); !checked) return tl::unexpected{std::move(checked.error())};
  auto name = username::parse(typed);
  if (!name) return tl::unexpected{std::move(name.error())};
  order.name = std::move(*name);
  order.device = device_of(asked);
  return order;
}

} // namespace

void log_in_with_wechat_code(handler_context& context, const exchange_ptr& asked) {
  auto code = read_login_code(asked->incoming, *context.services.apps);
  if (!code) return asked->fail(std::move(code.error()));
  context.ask<session_opened>(
      asked, context.services.login,
      log_in_with_wechat{std::move(code->appid), std::move(code->code), device_of(*asked)},
      answer_with_session);
}

void log_in_with_username(handler_context& context, const exchange_ptr& asked) {
  auto proof = read_credentials(*asked);
  if (!proof) return asked->fail(std::move(proof.error()));
  context.ask<session_opened>(asked, context.services.login, std::move(*proof),
                              answer_with_session);
}

void register_with_username(handler_context& context, const exchange_ptr& asked) {
  auto order = read_registration(*asked);
  if (!order) return asked->fail(std::move(order.error()));
  context.ask<session_opened>(asked, context.services.account, std::move(*order),
                              answer_with_session);
}

} // namespace maque::http
