#include "config/settings.hpp"

#include "config/checks.hpp"
#include "config/collector.hpp"
#include "config/option_value.hpp"
#include "config/readers.hpp"

#include <utility>

namespace maque::config {

outcome load(const sources& from) {
  collector all;
  read_toml_file(from.file, from.file_required, all);
  read_env_file(from.env_file, from.env_file_required, all);
  read_environment(from.environment, all);
  read_flags(from.flags, all);
  complete_and_check(all);
  return std::move(all).finish();
}

std::string show(const settings& values) {
  std::string out;
  std::string_view section;
  for (const auto& each : all_options()) {
    if (each.section() != section) {
      section = each.section();
      out.append(out.empty() ? "[" : "\n[").append(section).append("]\n");
    }
    const bool is_hidden = each.is_secret() && !to_text(each, values).empty();
    // A comment, so that nobody takes the placeholder for the secret when it is loaded.
    out.append(is_hidden ? "# " : "").append(each.key()).append(" = ");
    out.append(is_hidden ? "\"[redacted]\"" : to_toml(each, values)).append("\n");
  }
  return out;
}

std::vector<std::string> option_names() {
  std::vector<std::string> out;
  for (const auto& each : all_options())
    out.emplace_back(each.name);
  return out;
}

std::vector<option_description> describe_options() {
  const settings defaults;
  std::vector<option_description> out;
  for (const auto& each : all_options())
    out.push_back({std::string{each.name}, each.variable(), to_text(each, defaults),
                   to_toml(each, defaults), describe_expected(each), std::string{each.help}});
  return out;
}

} // namespace maque::config
