#include "config/settings.hpp"

#include "config/app_tables.hpp"
#include "config/checks.hpp"
#include "config/collector.hpp"
#include "config/option_value.hpp"
#include "config/readers.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
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

namespace {

/// What may be shown of a database's URL: not the user information, which may have a password, and
/// not the parameters, which may have one, too. Nothing if all of it may.
std::optional<std::string> redacted_url(std::string_view url) {
  const auto at = url.rfind('@');
  const auto parameters = std::min(url.find('?'), url.size());
  if (at == std::string_view::npos && parameters == url.size()) return std::nullopt;
  const auto host = at == std::string_view::npos ? url.find("//") + 2 : at + 1;
  std::string shown{url.substr(0, url.find("//") + 2)};
  return shown.append("[redacted]@")
      .append(url.substr(host, parameters - std::min(host, parameters)));
}

} // namespace

std::optional<std::string> placeholder_for(const option& of, const settings& values) {
  if (of.is_secret() && !to_text(of, values).empty()) return "[redacted]";
  if (of.name == "database.url" && values.database.url.starts_with("postgres"))
    return redacted_url(values.database.url);
  return std::nullopt;
}

std::string show(const settings& values) {
  std::string out;
  std::string_view section;
  for (const auto& each : all_options()) {
    if (each.section() != section) {
      section = each.section();
      out.append(out.empty() ? "[" : "\n[").append(section).append("]\n");
    }
    const auto placeholder = placeholder_for(each, values);
    // A comment, so that nobody takes the placeholder for the secret when it is loaded.
    out.append(placeholder ? "# " : "").append(each.key()).append(" = ");
    out.append(placeholder ? "\"" + *placeholder + "\"" : to_toml(each, values)).append("\n");
  }
  return out + show_apps(values.wechat.further_apps);
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
                   to_toml(each, defaults), describe_expected(each), std::string{each.help},
                   each.is_live()});
  return out;
}

} // namespace maque::config
