#include "domain/limits.hpp"
#include "http/front.hpp"
#include "http/handlers.hpp"
#include "http/json_body.hpp"
#include "http/json_writer.hpp"
#include "http/token_reply.hpp"

namespace maque::http {

namespace {

result<std::string> read_code(const request& incoming) {
  auto body = json_body::read(incoming);
  if (!body) return tl::unexpected{std::move(body.error())};
  std::string code = body->required("code", limits::login_code_bytes);
  if (auto checked = body->finish(); !checked) return tl::unexpected{std::move(checked.error())};
  if (code.empty()) return maque::fail(errc::invalid_field, "code: empty");
  return code;
}

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

} // namespace

void log_in_with_wechat_code(handler_context& context, const exchange_ptr& asked) {
  auto code = read_code(asked->incoming);
  if (!code) return asked->fail(std::move(code.error()));
  context.ask<session_opened>(
      asked, context.services.login, log_in_with_wechat{std::move(*code), device_of(*asked)},
      [](exchange& waiting, const session_opened& opened) {
        waiting.identity = caller{opened.issued.user, opened.issued.session};
        std::string data{"{"};
        append_tokens(data, opened.issued);
        data += ",\"user\":";
        append_user(data, opened.who);
        data += '}';
        waiting.succeed(data);
      });
}

} // namespace maque::http
