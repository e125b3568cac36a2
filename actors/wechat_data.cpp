#include "actors/wechat_data.hpp"

#include "actors/answer.hpp"
#include "actors/session_keys.hpp"
#include "wechat/user_data.hpp"

#include <optional>
#include <utility>

namespace maque {

wechat_data_actor::behavior_type wechat_data_state::make_behavior() {
  return {
      [this](const request_context& request,
             decrypt_user_data& order) -> caf::result<user_data_decrypted> {
        auto waiting = self_->make_response_promise<user_data_decrypted>();
        find_session_key wanted{order.user, order.appid};
        with_session_key(waiting, request, std::move(wanted),
                         [this, order = std::move(order)](auto& then, const secret& key) {
                           auto plain = wechat::decrypt_user_data(
                               order.encrypted_data.reveal(), order.iv.reveal(), key, order.appid);
                           if (!plain) return refuse(self_, then, to_caf(plain.error()));
                           then.deliver(user_data_decrypted{secret{std::move(*plain)}});
                         });
        return waiting;
      },
      [this](const request_context& request,
             check_user_data& order) -> caf::result<user_data_checked> {
        auto waiting = self_->make_response_promise<user_data_checked>();
        find_session_key wanted{order.user, order.appid};
        with_session_key(waiting, request, std::move(wanted),
                         [order = std::move(order)](auto& then, const secret& key) {
                           then.deliver(user_data_checked{wechat::is_signed(
                               order.raw_data.reveal(), order.signature.reveal(), key)});
                         });
        return waiting;
      },
      [this](const request_context& request, bind_own_phone& order) -> caf::result<bound_phone> {
        auto waiting = self_->make_response_promise<bound_phone>();
        find_session_key identity{order.user, order.appid};
        // Whoever has logged in by way of WeChat can give no number but his own.
        ask<std::optional<stored_session_key>>(
            self_, context_.database, waiting,
            [this, request, order = std::move(order)](
                auto& then, const std::optional<stored_session_key>& known) mutable {
              find_number(then, request, std::move(order), known ? known->openid : std::string{});
            },
            request, std::move(identity));
        return waiting;
      },
  };
}

void wechat_data_state::find_number(const caf::typed_response_promise<bound_phone>& waiting,
                                    const request_context& request, bind_own_phone order,
                                    std::string openid) {
  find_phone_number wanted{order.appid, std::move(order.code), std::move(openid)};
  ask<phone_number>(
      self_, context_.wechat, waiting,
      [this, request, order = std::move(order)](auto& then, phone_number& told) {
        bind(then, request, order, std::move(told));
      },
      request, std::move(wanted));
}

void wechat_data_state::bind(const caf::typed_response_promise<bound_phone>& waiting,
                             const request_context& request, const bind_own_phone& order,
                             phone_number told) {
  ask<bound_phone>(
      self_, context_.database, waiting,
      [this, request, session = order.current](auto& then, bound_phone& bound) {
        context_.events.report(security_event::phone_bound, &request.trace,
                               {.user = bound.user, .session = session});
        then.deliver(std::move(bound));
      },
      request, bind_phone_number{order.user, order.appid, std::move(told), context_.clock.now()});
}

template <class Promise, class Then>
void wechat_data_state::with_session_key(Promise waiting, const request_context& request,
                                         find_session_key wanted, Then then) {
  std::string appid = wanted.appid;
  ask<std::optional<stored_session_key>>(
      self_, context_.database, std::move(waiting),
      [this, appid = std::move(appid),
       then = std::move(then)](Promise& answer, const std::optional<stored_session_key>& stored) {
        const auto key = stored ? open_session_key(context_, appid, *stored) : std::nullopt;
        if (key) return then(answer, *key);
        // What was sealed with a key that is gone is as good as never kept: so is the remedy.
        const char* const cause = stored ? "its sealing key is gone" : "none is kept";
        refuse(self_, answer, to_caf(error{errc::session_key_missing, {}, cause, {}}));
      },
      request, std::move(wanted));
}

} // namespace maque
