#pragma once

#include "http/exchange.hpp"

/// One function a route, grouped in a file a feature. Each sees to it that its exchange is
/// answered.
namespace maque::http {

class handler_context;

// status_handler.cpp
void ping(handler_context& context, const exchange_ptr& asked);
void report_alive(handler_context& context, const exchange_ptr& asked);
void report_ready(handler_context& context, const exchange_ptr& asked);
void show_version(handler_context& context, const exchange_ptr& asked);

// keys_handler.cpp
void show_public_keys(handler_context& context, const exchange_ptr& asked);

// login_handler.cpp
void log_in_with_wechat_code(handler_context& context, const exchange_ptr& asked);
void log_in_with_username(handler_context& context, const exchange_ptr& asked);
void register_with_username(handler_context& context, const exchange_ptr& asked);

// account_handler.cpp
void change_password_of_caller(handler_context& context, const exchange_ptr& asked);
void add_credentials_of_caller(handler_context& context, const exchange_ptr& asked);
void link_wechat_of_caller(handler_context& context, const exchange_ptr& asked);

// wechat_handler.cpp
void decrypt_data_of_caller(handler_context& context, const exchange_ptr& asked);
void check_signature_for_caller(handler_context& context, const exchange_ptr& asked);

// phone_handler.cpp
void bind_phone_of_caller(handler_context& context, const exchange_ptr& asked);
void show_phone_of_caller(handler_context& context, const exchange_ptr& asked);

// server_handler.cpp
void send_message_for_service(handler_context& context, const exchange_ptr& asked);
void check_text_for_service(handler_context& context, const exchange_ptr& asked);
void make_code_for_service(handler_context& context, const exchange_ptr& asked);
void make_scheme_for_service(handler_context& context, const exchange_ptr& asked);
void make_link_for_service(handler_context& context, const exchange_ptr& asked);

// push_handler.cpp
void verify_push_address(handler_context& context, const exchange_ptr& asked);
void take_push(handler_context& context, const exchange_ptr& asked);

// session_handler.cpp
void refresh_tokens(handler_context& context, const exchange_ptr& asked);
void log_out_sessions(handler_context& context, const exchange_ptr& asked);
void list_own_sessions(handler_context& context, const exchange_ptr& asked);
void end_own_session(handler_context& context, const exchange_ptr& asked);

// user_handler.cpp
void show_own_profile(handler_context& context, const exchange_ptr& asked);
void change_own_profile(handler_context& context, const exchange_ptr& asked);
void list_profiles(handler_context& context, const exchange_ptr& asked);

// config_handler.cpp
void show_config(handler_context& context, const exchange_ptr& asked);
void show_config_value(handler_context& context, const exchange_ptr& asked);

} // namespace maque::http
