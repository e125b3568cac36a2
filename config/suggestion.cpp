#include "config/suggestion.hpp"

#include <algorithm>
#include <utility>

namespace maque::config {

namespace {

// Names of options are far shorter; a longer one is no slip of the finger.
constexpr std::size_t longest_name = 100;

// The optimal string alignment distance, by dynamic programming over three rows.
std::size_t measure_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> before_previous(to.size() + 1);
  std::vector<std::size_t> previous(to.size() + 1);
  std::vector<std::size_t> current(to.size() + 1);
  for (std::size_t column = 0; column <= to.size(); ++column)
    previous[column] = column;
  for (std::size_t row = 1; row <= from.size(); ++row) {
    current[0] = row;
    for (std::size_t column = 1; column <= to.size(); ++column) {
      const std::size_t replaced = from[row - 1] == to[column - 1] ? 0 : 1;
      current[column] = std::min(
          {previous[column] + 1, current[column - 1] + 1, previous[column - 1] + replaced});
      const bool swapped = row > 1 && column > 1 && from[row - 1] == to[column - 2] &&
                           from[row - 2] == to[column - 1];
      if (swapped) current[column] = std::min(current[column], before_previous[column - 2] + 1);
    }
    std::swap(before_previous, previous);
    std::swap(previous, current);
  }
  return previous[to.size()];
}

} // namespace

std::string_view find_nearest(std::string_view given, const std::vector<std::string>& candidates) {
  if (given.size() > longest_name) return {};
  std::string_view nearest;
  std::size_t least = std::max<std::size_t>(2, given.size() / 4) + 1;
  for (const auto& candidate : candidates) {
    const auto distance = measure_distance(given, candidate);
    if (distance >= least) continue;
    least = distance;
    nearest = candidate;
  }
  return nearest;
}

} // namespace maque::config
