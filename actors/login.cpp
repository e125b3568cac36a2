#include "actors/login.hpp"

#include "actors/answer.hpp"
#include "security/random.hpp"
#include "security/refresh_token.hpp"

#include <utility>

namespace maque {

login_actor::behavior_type login_state::make_behavior() {
  return {
      [this](const request_context& request,
             log_in_with_wechat& proof) -> caf::result<session_opened> {
        auto waiting = self_->make_response_promise<session_opened>();
        ask<code_exchanged>(
            self_, context_.wechat, waiting,
            [this, request, device = std::move(proof.device)](
                promise& then, code_exchanged& known) { admit(then, request, device, known); },
            request, exchange_code{std::move(proof.code)});
        return waiting;
      },
  };
}

void login_state::admit(promise& waiting, const request_context& request, const device_info& device,
                        code_exchanged& known) {
  const utc_time now = context_.clock.now();
  const auto refresh_secret = security::random_bytes<32>();

  session opened;
  opened.id = session_id{context_.ids.next(now)};
  opened.appid = known.appid;
  opened.device = device.name;
  opened.address = device.address;
  opened.created_at = opened.last_seen_at = opened.rotated_at = now;
  opened.expires_at = now + policy_.absolute_ttl;
  opened.refresh_secret_hash = security::hash_refresh_secret(refresh_secret);

  admit_wechat_user admission{std::move(known.appid),          std::move(known.openid),
                              std::move(known.unionid),        std::move(known.session_key),
                              user_id{context_.ids.next(now)}, opened};
  ask<user_admitted>(
      self_, context_.database, waiting,
      [this, request, opened, refresh_secret](promise& then, user_admitted& admitted) {
        then.delegate(
            context_.session, request,
            issue_tokens{opened, std::move(admitted.who), admitted.is_new_user, refresh_secret});
      },
      request, std::move(admission));
}

} // namespace maque
