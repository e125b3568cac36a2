#include "http/router.hpp"

#include <stdexcept>
#include <utility>

namespace maque::http {

namespace {

std::size_t place_of(method verb) noexcept {
  return static_cast<std::size_t>(verb);
}

/// Cuts the first segment off: "/a/b" gives "a" and leaves "/b".
std::string_view take_segment(std::string_view& path) {
  path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

bool is_parameter(std::string_view segment) noexcept {
  return segment.starts_with('{');
}

/// Whether the path has the pattern's form; `parameters` is only meaningful if it does.
bool matches(std::string_view pattern, std::string_view path,
             std::vector<std::string>& parameters) {
  parameters.clear();
  while (!pattern.empty() && !path.empty()) {
    const std::string_view expected = take_segment(pattern);
    const std::string_view given = take_segment(path);
    if (!is_parameter(expected)) {
      if (expected != given) return false;
      continue;
    }
    auto decoded = percent_decode(given);
    if (!decoded || decoded->empty()) return false;
    parameters.push_back(std::move(*decoded));
  }
  return pattern.empty() && path.empty();
}

} // namespace

router::router(std::vector<route> routes) : routes_{std::move(routes)} {
  for (const route& added : routes_) {
    const route*& slot = resource_of(added.pattern).by_method[place_of(added.verb)];
    if (slot != nullptr) throw std::logic_error{"two routes for " + std::string{added.pattern}};
    slot = &added;
  }
  const auto complete = [](resource& target) {
    auto& slots = target.by_method;
    slots[place_of(method::head)] = slots[place_of(method::get)];
    for (std::size_t index = 0; index < slots.size(); ++index) {
      const auto verb = static_cast<method>(index);
      if (slots[index] == nullptr && verb != method::options) continue;
      if (!target.allow.empty()) target.allow += ", ";
      target.allow += to_string(verb);
    }
  };
  for (auto& [path, target] : literals_)
    complete(target);
  for (auto& [pattern, target] : patterns_)
    complete(target);
}

router::resource& router::resource_of(std::string_view pattern) {
  if (pattern.find('{') == std::string_view::npos) return literals_[std::string{pattern}];
  for (auto& [known, target] : patterns_)
    if (known == pattern) return target;
  return patterns_.emplace_back(pattern, resource{}).second;
}

const router::resource* router::find_resource(std::string_view path,
                                              std::vector<std::string>& parameters) const {
  if (const auto at = literals_.find(path); at != literals_.end()) return &at->second;
  if (!path.starts_with('/')) return nullptr;
  for (const auto& [pattern, target] : patterns_)
    if (matches(pattern, path, parameters)) return &target;
  parameters.clear();
  return nullptr;
}

router::match router::find(method verb, std::string_view path,
                           std::vector<std::string>& parameters) const {
  const resource* const target = find_resource(path, parameters);
  if (target == nullptr) return {};
  if (verb == method::options) return {verdict::options, nullptr, target->allow};
  const route* const found = verb == method::unknown ? nullptr : target->by_method[place_of(verb)];
  if (found == nullptr) return {verdict::no_such_method, nullptr, target->allow};
  return {verdict::found, found, target->allow};
}

std::vector<route_label> router::labels() const {
  std::vector<route_label> made;
  for (const route& each : routes_)
    made.push_back({to_string(each.verb), each.pattern});
  return made;
}

} // namespace maque::http
