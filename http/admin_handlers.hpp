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

// admin_report_handler.cpp
void show_metrics(handler_context& context, const exchange_ptr& asked);
void show_report(handler_context& context, const exchange_ptr& asked);

} // namespace maque::http
