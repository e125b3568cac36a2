#pragma once

#include "http/admin_desk.hpp"
#include "http/router.hpp"

#include <vector>

namespace maque::http {

/// Every route of the operator's listener.
/// @param desk has to outlive what is made of them.
std::vector<route> admin_routes(const admin_desk& desk);

} // namespace maque::http
