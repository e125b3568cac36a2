#pragma once

#include <span>
#include <string_view>

namespace maque::http {

/// A file of the dashboard, which is built into the program.
struct dashboard_file {
  std::string_view path; ///< "/admin/app.js"; index.html is "/admin/".
  std::string_view content_type;
  std::string_view etag; ///< With its quotation marks; another one for another content.
  std::string_view content;
};

/// All of http/dashboard.
std::span<const dashboard_file> dashboard_files() noexcept;

} // namespace maque::http
