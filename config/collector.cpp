#include "config/collector.hpp"

#include <algorithm>
#include <utility>

namespace maque::config {

void collector::give(const option& to, const given_value& value, std::string where) {
  if (const auto stored = store(to, value, out_.values); !stored) {
    refused_.insert(to.name);
    add_problem(where, stored.error());
  }
  origins_[to.name] = std::move(where);
}

void collector::add_problem(std::string where, std::string what) {
  out_.problems.push_back({std::move(where), std::move(what)});
}

std::string collector::origin(std::initializer_list<std::string_view> names) const {
  for (const auto name : names)
    if (const auto found = origins_.find(name); found != origins_.end()) return found->second;
  return "default of " + std::string{*names.begin()};
}

bool collector::is_sound(std::initializer_list<std::string_view> names) const {
  return complete_ && std::none_of(names.begin(), names.end(), [this](std::string_view name) {
           return refused_.contains(name);
         });
}

} // namespace maque::config
