#include "http/admin_routes.hpp"

#include "http/admin_handlers.hpp"
#include "http/dashboard_files.hpp"

namespace maque::http {

std::vector<route> admin_routes(const admin_desk& desk) {
  std::vector<route> routes{
      {method::get, "/metrics", access::admin_or_local, show_metrics},
      {method::get, "/admin", access::anyone, lead_to_dashboard},
      {method::put, "/admin/log-level", access::admin, change_log_level, logged::always},
      {method::post, "/admin/sign-in", access::anyone, sign_operator_in, logged::always},
      {method::get, "/admin/session", access::admin, show_operator_session},
      {method::get, "/admin/events", access::admin, stream_events},
      {method::get, "/admin/audit", access::admin, list_audit_log},
      {method::get, "/admin/sessions", access::admin, list_all_sessions},
      {method::delete_, "/admin/sessions/{id}", access::admin, end_any_session, logged::always},
      {method::get, "/admin/users", access::admin, find_accounts},
      {method::get, "/admin/users/{id}", access::admin, show_account},
      {method::post, "/admin/users/{id}/logout", access::admin, log_account_out, logged::always},
      {method::post, "/admin/users/{id}/disable", access::admin, disable_account, logged::always},
      {method::post, "/admin/users/{id}/enable", access::admin, enable_account, logged::always},
      {method::post, "/admin/sign-out", access::admin, sign_operator_out, logged::always},
  };
  for (const dashboard_file& file : dashboard_files())
    routes.push_back({method::get, file.path, access::anyone, show_dashboard_file});
  for (const admin_report& report : desk.reports)
    routes.push_back({method::get, report.pattern, access::admin, show_report});
  return routes;
}

} // namespace maque::http
