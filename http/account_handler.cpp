#include "domain/limits.hpp"
#include "http/front.hpp"
#include "http/handlers.hpp"
#include "http/json_body.hpp"
#include "http/login_code.hpp"
#include "http/user_reply.hpp"

namespace maque::http {

namespace {

result<change_own_password> read_password_change(const exchange& asked) {
  auto body = json_body::read(asked.incoming);
  if (!body) return tl::unexpected{std::move(body.error())};
  change_own_password order{asked.identity->user, asked.identity->session,
                            body->required_secret("current_password", limits::typed_password_bytes),
                            body->required_secret("new_password", limits::typed_password_bytes)};
  if (auto checked = body->finish(); !checked) return tl::unexpected{std::move(checked.error())};
  return order;
}

result<add_own_credentials> read_new_credentials(const exchange& asked) {
  auto body = json_body::read(asked.incoming);
  if (!body) return tl::unexpected{std::move(body.error())};
  const std::string typed = body->required("username", limits::typed_username_bytes);
  add_own_credentials order{asked.identity->user,
                            asked.identity->session,
                            {},
                            body->required_secret("password", limits::typed_password_bytes)};
  if (auto checked = body->finish(); !checked) return tl::unexpected{std::move(checked.error())};
  auto name = username::parse(typed);
  if (!name) return tl::unexpected{std::move(name.error())};
  order.name = std::move(*name);
  return order;
}

} // namespace

void change_password_of_caller(handler_context& context, const exchange_ptr& asked) {
  auto order = read_password_change(*asked);
  if (!order) return asked->fail(std::move(order.error()));
  context.ask<password_changed>(
      asked, context.services.account, std::move(*order),
      [](exchange& waiting, const password_changed& done) {
        waiting.succeed("{\"ended_sessions\":" + std::to_string(done.ended_sessions) + "}");
      });
}

void add_credentials_of_caller(handler_context& context, const exchange_ptr& asked) {
  auto order = read_new_credentials(*asked);
  if (!order) return asked->fail(std::move(order.error()));
  context.ask<user>(asked, context.services.account, std::move(*order), answer_with_user);
}

void link_wechat_of_caller(handler_context& context, const exchange_ptr& asked) {
  auto code = read_login_code(asked->incoming, *context.services.apps);
  if (!code) return asked->fail(std::move(code.error()));
  context.ask<user>(asked, context.services.account,
                    link_wechat{asked->identity->user, asked->identity->session,
                                std::move(code->appid), std::move(code->code)},
                    answer_with_user);
}

} // namespace maque::http
