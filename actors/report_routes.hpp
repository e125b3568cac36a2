#pragma once

#include "actors/admin_report.hpp"
#include "http/admin_desk.hpp"

#include <memory>
#include <vector>

namespace maque {

/// The pages of the reports, as /admin/actors.
/// @param made outlives them; there by the first request.
std::vector<http::admin_report> report_routes(const std::unique_ptr<admin_reports>& made);

} // namespace maque
