#pragma once

#include "http/exchange.hpp"

/// The handlers of the operator's listener; as those of http/handlers.hpp.
namespace maque::http {

class handler_context;

// admin_log_handler.cpp
void change_log_level(handler_context& context, const exchange_ptr& asked);

// admin_page_handler.cpp
void lead_to_dashboard(handler_context& context, const exchange_ptr& asked);
void show_dashboard_file(handler_context& context, const exchange_ptr& asked);

// admin_session_handler.cpp
void sign_operator_in(handler_context& context, const exchange_ptr& asked);
void show_operator_session(handler_context& context, const exchange_ptr& asked);
void sign_operator_out(handler_context& context, const exchange_ptr& asked);

// admin_audit_handler.cpp
void list_audit_log(handler_context& context, const exchange_ptr& asked);

// admin_sessions_handler.cpp
void list_all_sessions(handler_context& context, const exchange_ptr& asked);
void end_any_session(handler_context& context, const exchange_ptr& asked);

// admin_users_handler.cpp
void find_accounts(handler_context& context, const exchange_ptr& asked);
void show_account(handler_context& context, const exchange_ptr& asked);
void log_account_out(handler_context& context, const exchange_ptr& asked);
void disable_account(handler_context& context, const exchange_ptr& asked);
void enable_account(handler_context& context, const exchange_ptr& asked);

// admin_events_handler.cpp
void stream_events(handler_context& context, const exchange_ptr& asked);

// admin_report_handler.cpp
void show_metrics(handler_context& context, const exchange_ptr& asked);
void show_report(handler_context& context, const exchange_ptr& asked);

} // namespace maque::http
