#pragma once

#include "http/router.hpp"

#include <vector>

namespace maque::http {

/// Every route of the front, in the order of docs/openapi.yaml.
const std::vector<route>& all_routes();

} // namespace maque::http
