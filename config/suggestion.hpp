#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace maque::config {

/// The candidate that `given` was probably meant to be, or nothing if none is near: few letters
/// have to be added, left out, replaced or swapped with their neighbour.
std::string_view find_nearest(std::string_view given, const std::vector<std::string>& candidates);

} // namespace maque::config
