#include "http/front.hpp"
#include "http/handlers.hpp"
#include "http/json_writer.hpp"
#include "http/wechat_orders.hpp"

#include <utility>

// What other services ask for; see http/api_key_gate.hpp for who they are.

namespace maque::http {

namespace {

/// Hands an order over to WeChat's client; `then(exchange, reply)` makes the answer.
template <class Reply, class Order, class Then>
void ask_wechat(handler_context& context, const exchange_ptr& asked, result<Order> order,
                Then then) {
  if (!order) return asked->fail(std::move(order.error()));
  context.ask<Reply>(asked, context.services.wechat, std::move(*order), std::move(then));
}

/// {"<name>":"<text>"}
std::string object_of(std::string_view name, std::string_view text) {
  std::string json{"{"};
  append_json_string(json, name);
  json += ':';
  append_json_string(json, text);
  return json += '}';
}

std::string_view to_string(text_verdict verdict) noexcept {
  switch (verdict) {
  case text_verdict::pass:
    return "pass";
  case text_verdict::risky:
    return "risky";
  case text_verdict::review:
    break;
  }
  return "review";
}

std::string render(const text_checked& checked) {
  std::string json{R"({"verdict":)"};
  append_json_string(json, to_string(checked.verdict));
  json += R"(,"label":)" + std::to_string(checked.label) + R"(,"trace_id":)";
  append_json_string(json, checked.trace_id);
  return json += '}';
}

/// No text that WeChat has sent becomes a header.
std::string_view image_type(std::string_view told) noexcept {
  return told == "image/png" ? "image/png" : "image/jpeg";
}

} // namespace

void send_message_for_service(handler_context& context, const exchange_ptr& asked) {
  ask_wechat<message_sent>(context, asked,
                           read_subscribe_message(asked->incoming, *context.services.apps),
                           [](exchange& waiting, const message_sent&) { waiting.succeed("{}"); });
}

void check_text_for_service(handler_context& context, const exchange_ptr& asked) {
  ask_wechat<text_checked>(
      context, asked, read_text_check(asked->incoming, *context.services.apps),
      [](exchange& waiting, const text_checked& checked) { waiting.succeed(render(checked)); });
}

void make_code_for_service(handler_context& context, const exchange_ptr& asked) {
  ask_wechat<code_image>(context, asked, read_code_image(asked->incoming, *context.services.apps),
                         [](exchange& waiting, code_image& made) {
                           waiting.outgoing.content_type = image_type(made.content_type);
                           waiting.outgoing.body = std::move(made.bytes);
                           waiting.answer();
                         });
}

void make_scheme_for_service(handler_context& context, const exchange_ptr& asked) {
  ask_wechat<scheme_made>(context, asked, read_scheme(asked->incoming, *context.services.apps),
                          [](exchange& waiting, const scheme_made& made) {
                            waiting.succeed(object_of("open_link", made.open_link));
                          });
}

void make_link_for_service(handler_context& context, const exchange_ptr& asked) {
  ask_wechat<url_link_made>(context, asked, read_url_link(asked->incoming, *context.services.apps),
                            [](exchange& waiting, const url_link_made& made) {
                              waiting.succeed(object_of("url_link", made.url_link));
                            });
}

} // namespace maque::http
