#include "domain/limits.hpp"
#include "http/front.hpp"
#include "http/handlers.hpp"
#include "http/json_body.hpp"
#include "http/login_code.hpp"

namespace maque::http {

namespace {

result<decrypt_user_data> read_encrypted_data(const exchange& asked, const wechat_apps& apps) {
  auto body = json_body::read(asked.incoming);
  if (!body) return tl::unexpected{std::move(body.error())};
  decrypt_user_data order{asked.identity->user,
                          {},
                          body->required_secret("encrypted_data", limits::encrypted_data_bytes),
                          body->required_secret("iv", limits::wechat_proof_bytes)};
  const auto named = body->optional("appid", limits::appid_bytes);
  if (auto checked = body->finish(); !checked) return tl::unexpected{std::move(checked.error())};
  return choose_app(named, apps).map([&order](std::string&& appid) {
    order.appid = std::move(appid);
    return std::move(order);
  });
}

result<check_user_data> read_signed_data(const exchange& asked, const wechat_apps& apps) {
  auto body = json_body::read(asked.incoming);
  if (!body) return tl::unexpected{std::move(body.error())};
  check_user_data order{asked.identity->user,
                        {},
                        body->required_secret("raw_data", limits::raw_data_bytes),
                        body->required_secret("signature", limits::wechat_proof_bytes)};
  const auto named = body->optional("appid", limits::appid_bytes);
  if (auto checked = body->finish(); !checked) return tl::unexpected{std::move(checked.error())};
  return choose_app(named, apps).map([&order](std::string&& appid) {
    order.appid = std::move(appid);
    return std::move(order);
  });
}

} // namespace

void decrypt_data_of_caller(handler_context& context, const exchange_ptr& asked) {
  auto order = read_encrypted_data(*asked, *context.services.apps);
  if (!order) return asked->fail(std::move(order.error()));
  context.ask<user_data_decrypted>(asked, context.services.wechat_data, std::move(*order),
                                   [](exchange& waiting, const user_data_decrypted& done) {
                                     waiting.succeed(done.json.reveal());
                                   });
}

void check_signature_for_caller(handler_context& context, const exchange_ptr& asked) {
  auto order = read_signed_data(*asked, *context.services.apps);
  if (!order) return asked->fail(std::move(order.error()));
  context.ask<user_data_checked>(asked, context.services.wechat_data, std::move(*order),
                                 [](exchange& waiting, const user_data_checked& done) {
                                   waiting.succeed(done.valid ? R"({"valid":true})"
                                                              : R"({"valid":false})");
                                 });
}

} // namespace maque::http
