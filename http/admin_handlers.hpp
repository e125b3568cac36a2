#pragma once

#include "http/exchange.hpp"

/// The handlers of the operator's listener; as those of http/handlers.hpp.
namespace maque::http {

class handler_context;

// admin_log_handler.cpp
void change_log_level(handler_context& context, const exchange_ptr& asked);

// admin_config_handler.cpp
void show_config_items(handler_context& context, const exchange_ptr& asked);
void show_config_item(handler_context& context, const exchange_ptr& asked);
void save_draft(handler_context& context, const exchange_ptr& asked);
void discard_draft(handler_context& context, const exchange_ptr& asked);
void publish_draft(handler_context& context, const exchange_ptr& asked);
void publish_content(handler_context& context, const exchange_ptr& asked);
void remove_config_item(handler_context& context, const exchange_ptr& asked);
void roll_back_config_item(handler_context& context, const exchange_ptr& asked);
void show_config_history(handler_context& context, const exchange_ptr& asked);
void show_config_diff(handler_context& context, const exchange_ptr& asked);

// admin_page_handler.cpp
void lead_to_dashboard(handler_context& context, const exchange_ptr& asked);
void show_dashboard_file(handler_context& context, const exchange_ptr& asked);

// admin_report_handler.cpp
void show_metrics(handler_context& context, const exchange_ptr& asked);
void show_report(handler_context& context, const exchange_ptr& asked);

} // namespace maque::http
