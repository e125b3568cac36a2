#include "http/routes.hpp"

#include "http/handlers.hpp"

namespace maque::http {

const std::vector<route>& all_routes() {
  static const std::vector<route> routes{
      {method::get, "/ping", access::anyone, ping},
      {method::get, "/healthz", access::anyone, report_alive},
      {method::get, "/readyz", access::anyone, report_ready},
      {method::get, "/api/version", access::anyone, show_version},
      {method::get, "/.well-known/jwks.json", access::anyone, show_public_keys},
      {method::post, "/api/login", access::anyone, log_in_with_wechat_code, logged::always},
      {method::post, "/api/v1/register", access::anyone, register_with_username, logged::always},
      {method::post, "/api/v1/login", access::anyone, log_in_with_username, logged::always},
      {method::post, "/api/v1/token/refresh", access::anyone, refresh_tokens, logged::always},
      {method::post, "/api/v1/logout", access::signed_in, log_out_sessions, logged::always},
      {method::get, "/api/v1/sessions", access::signed_in, list_own_sessions},
      {method::delete_, "/api/v1/sessions/{id}", access::signed_in, end_own_session,
       logged::always},
      {method::get, "/api/user/info", access::signed_in, show_own_profile},
      {method::patch, "/api/user/info", access::signed_in, change_own_profile},
      // wx.request has no PATCH.
      {method::post, "/api/user/info", access::signed_in, change_own_profile},
      {method::put, "/api/v1/user/password", access::signed_in, change_password_of_caller,
       logged::always},
      {method::put, "/api/v1/user/credentials", access::signed_in, add_credentials_of_caller,
       logged::always},
      {method::post, "/api/v1/user/wechat", access::signed_in, link_wechat_of_caller,
       logged::always},
      {method::post, "/api/v1/wechat/decrypt", access::signed_in, decrypt_data_of_caller},
      {method::post, "/api/v1/wechat/check-signature", access::signed_in,
       check_signature_for_caller},
      {method::get, "/api/v1/wechat/phone", access::signed_in, show_phone_of_caller},
      {method::post, "/api/v1/wechat/phone", access::signed_in, bind_phone_of_caller,
       logged::always},
      {method::post, "/api/v1/server/wechat/subscribe-messages", access::service,
       send_message_for_service, logged::sampled, api_scope::wechat_messages},
      {method::post, "/api/v1/server/wechat/text-checks", access::service, check_text_for_service,
       logged::sampled, api_scope::wechat_checks},
      {method::post, "/api/v1/server/wechat/code-images", access::service, make_code_for_service,
       logged::sampled, api_scope::wechat_codes},
      {method::post, "/api/v1/server/wechat/schemes", access::service, make_scheme_for_service,
       logged::sampled, api_scope::wechat_links},
      {method::post, "/api/v1/server/wechat/url-links", access::service, make_link_for_service,
       logged::sampled, api_scope::wechat_links},
      {method::get, "/wechat/push/{appid}", access::anyone, verify_push_address},
      {method::post, "/wechat/push/{appid}", access::anyone, take_push},
      {method::get, "/api/v1/users", access::signed_in, list_profiles},
      {method::get, "/api/users", access::signed_in, list_profiles},
      {method::get, "/api/config", access::anyone, show_config},
      {method::get, "/api/config/{key}", access::anyone, show_config_value},
  };
  return routes;
}

} // namespace maque::http
