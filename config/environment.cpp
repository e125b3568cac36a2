// The environment and the command line: names with values in text.
#include "config/app_tables.hpp"
#include "config/readers.hpp"
#include "config/suggestion.hpp"

#include <algorithm>

namespace maque::config {

namespace {

std::string guess(std::string_view given, const std::vector<std::string>& candidates) {
  const auto nearest = find_nearest(given, candidates);
  return nearest.empty() ? "" : "; did you mean " + std::string{nearest} + "?";
}

} // namespace

void give_variable(std::string_view name, std::string_view value, std::string where,
                   collector& into) {
  std::vector<std::string> variables;
  for (const auto& each : all_options()) {
    variables.push_back(each.variable());
    if (variables.back() == name) {
      into.give(each, read_text(each, value), std::move(where));
      return;
    }
  }
  if (const auto app = parse_app_variable(name))
    return give_app(app->number, *app->of, read_text(*app->of, value), where, into);
  into.add_problem(std::move(where),
                   std::string{name} + " is not a setting" + guess(name, variables));
}

void read_environment(const std::map<std::string, std::string>& variables, collector& into) {
  for (const auto& [name, value] : variables)
    if (name.starts_with("MAQUE_")) give_variable(name, value, "environment " + name, into);
}

void read_flags(const std::vector<std::pair<std::string, std::string>>& flags, collector& into) {
  for (const auto& [name, value] : flags) {
    const auto* const known = find_option(name);
    if (known != nullptr) {
      into.give(*known, read_text(*known, value), "flag --" + name);
    } else {
      into.add_problem("flag --" + name, name + " is not a setting" + guess(name, option_names()));
    }
  }
}

} // namespace maque::config
