#include "http/admin_routes.hpp"

#include "http/admin_handlers.hpp"
#include "http/dashboard_files.hpp"

namespace maque::http {

std::vector<route> admin_routes(const admin_desk& desk) {
  std::vector<route> routes{
      {method::get, "/metrics", access::admin_or_local, show_metrics},
      {method::get, "/admin", access::anyone, lead_to_dashboard},
      {method::put, "/admin/log-level", access::admin, change_log_level, logged::always},
      {method::get, "/admin/config", access::admin, show_config_items},
      {method::get, "/admin/config/{key}", access::admin, show_config_item},
      {method::put, "/admin/config/{key}", access::admin, publish_content, logged::always},
      {method::delete_, "/admin/config/{key}", access::admin, remove_config_item, logged::always},
      {method::put, "/admin/config/{key}/draft", access::admin, save_draft, logged::always},
      {method::delete_, "/admin/config/{key}/draft", access::admin, discard_draft, logged::always},
      {method::post, "/admin/config/{key}/publish", access::admin, publish_draft, logged::always},
      {method::post, "/admin/config/{key}/rollback", access::admin, roll_back_config_item,
       logged::always},
      {method::get, "/admin/config/{key}/history", access::admin, show_config_history},
      {method::get, "/admin/config/{key}/diff", access::admin, show_config_diff},
  };
  for (const dashboard_file& file : dashboard_files())
    routes.push_back({method::get, file.path, access::anyone, show_dashboard_file});
  for (const admin_report& report : desk.reports)
    routes.push_back({method::get, report.pattern, access::admin, show_report});
  return routes;
}

} // namespace maque::http
