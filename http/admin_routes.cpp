#include "http/admin_routes.hpp"

#include "http/admin_handlers.hpp"
#include "http/dashboard_files.hpp"

namespace maque::http {

std::vector<route> admin_routes(const admin_desk& desk) {
  std::vector<route> routes{
      {method::get, "/metrics", access::admin_or_local, show_metrics},
      {method::get, "/admin", access::anyone, lead_to_dashboard},
      {method::put, "/admin/log-level", access::admin, change_log_level, logged::always},
  };
  for (const dashboard_file& file : dashboard_files())
    routes.push_back({method::get, file.path, access::anyone, show_dashboard_file});
  for (const admin_report& report : desk.reports)
    routes.push_back({method::get, report.pattern, access::admin, show_report});
  return routes;
}

} // namespace maque::http
