#include "domain/limits.hpp"
#include "http/front.hpp"
#include "http/handlers.hpp"
#include "wechat/push_crypto.hpp"
#include "wechat/push_message.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace maque::http {

namespace {

/// The one whose pushes come here; null if it takes none.
const wechat_app* find_pushed_app(const handler_context& context, const exchange& asked) noexcept {
  const wechat_app* const app = context.services.apps->find(asked.parameters.front());
  return app == nullptr || app->push_token.empty() ? nullptr : app;
}

bool is_visible(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return c >= '!' && c <= '~'; });
}

result<std::string> read_parameter(const exchange& asked, std::string_view name) {
  auto given = query_parameter(asked.incoming.query(), name);
  const std::string& value = given.value ? *given.value : "";
  if (value.empty() || value.size() > limits::push_parameter_bytes || !is_visible(value))
    return maque::fail(errc::invalid_field,
                       std::string{name} + ": missing, or not as WeChat sends it");
  return std::move(*given.value);
}

/// @param signature the name of the parameter.
result<wechat::push_proof> read_proof(const exchange& asked, std::string_view signature) {
  auto timestamp = read_parameter(asked, "timestamp");
  if (!timestamp) return tl::unexpected{std::move(timestamp.error())};
  auto nonce = read_parameter(asked, "nonce");
  if (!nonce) return tl::unexpected{std::move(nonce.error())};
  return read_parameter(asked, signature).map([&](std::string&& given) {
    return wechat::push_proof{*std::move(timestamp), *std::move(nonce), std::move(given)};
  });
}

result<push_message> read_plain(const exchange& asked, const wechat_app& app, utc_time now) {
  const auto proof = read_proof(asked, "signature");
  if (!proof) return tl::unexpected{proof.error()};
  // Before anything of the body, which it doesn't cover.
  if (auto proven = wechat::verify_push(app.push_token, *proof, {}, now); !proven)
    return tl::unexpected{std::move(proven.error())};
  auto pushed = wechat::read_push_message(app.appid, asked.incoming.body());
  if (!pushed && pushed.error().code == errc::invalid_field)
    pushed.error().cause = "is it encrypted, and push_aes_key not set?";
  return pushed;
}

/// What is not encrypted of it is not looked at: in WeChat's compatible mode it says the same.
result<push_message> read_secure(const exchange& asked, const wechat_app& app, utc_time now) {
  const auto around = wechat::read_push_document(asked.incoming.body());
  if (!around) return tl::unexpected{around.error()};
  const std::string_view encrypted = around->text_of("Encrypt");
  if (encrypted.empty())
    return maque::fail(errc::forbidden, {},
                       "a push that is not encrypted, for push_aes_key is set");
  const auto proof = read_proof(asked, "msg_signature");
  if (!proof) return tl::unexpected{proof.error()};
  return wechat::verify_push(app.push_token, *proof, encrypted, now)
      .and_then([&] { return wechat::decrypt_push(encrypted, app.push_aes_key, app.appid); })
      .and_then([&](const std::string& document) {
        return wechat::read_push_message(app.appid, document);
      });
}

/// The answer to what is no push of WeChat's.
void refuse_push(handler_context& context, exchange& asked, error cause) {
  if (cause.code == errc::forbidden)
    context.services.events.report(security_event::push_refused, &asked.context.trace,
                                   {.address = asked.client_address});
  asked.fail(std::move(cause));
}

void answer_with_text(exchange& asked, std::string_view text) {
  asked.outgoing.content_type = "text/plain; charset=utf-8";
  asked.outgoing.body = text;
  asked.answer();
}

} // namespace

void verify_push_address(handler_context& context, const exchange_ptr& asked) {
  const wechat_app* const app = find_pushed_app(context, *asked);
  if (app == nullptr) return asked->fail(error{errc::route_not_found, {}, {}, {}});
  const auto echo = read_parameter(*asked, "echostr");
  if (!echo) return asked->fail(echo.error());
  const auto proof = read_proof(*asked, "signature");
  if (!proof) return asked->fail(proof.error());
  const utc_time now = context.services.clock.now();
  if (auto proven = wechat::verify_push(app->push_token, *proof, {}, now); !proven)
    return refuse_push(context, *asked, std::move(proven.error()));
  answer_with_text(*asked, *echo);
}

void take_push(handler_context& context, const exchange_ptr& asked) {
  const wechat_app* const app = find_pushed_app(context, *asked);
  if (app == nullptr) return asked->fail(error{errc::route_not_found, {}, {}, {}});
  const utc_time now = context.services.clock.now();
  auto pushed =
      app->push_aes_key.empty() ? read_plain(*asked, *app, now) : read_secure(*asked, *app, now);
  if (!pushed) return refuse_push(context, *asked, std::move(pushed.error()));
  context.ask<push_accepted>(
      asked, context.services.pushes,
      push_arrived{std::make_shared<const push_message>(*std::move(pushed))},
      // WeChat takes any other answer for a reply to the user, or for none.
      [](exchange& waiting, const push_accepted&) { answer_with_text(waiting, "success"); });
}

} // namespace maque::http
