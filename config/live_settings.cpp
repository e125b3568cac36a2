#include "config/live_settings.hpp"

#include "config/checks.hpp"
#include "config/option_value.hpp"
#include "config/suggestion.hpp"
#include "domain/config_value.hpp"

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include <algorithm>
#include <limits>
#include <utility>

namespace maque::config {

namespace {

using parsed_json = nlohmann::json;

given_value read_json_list(const parsed_json& list) {
  std::vector<std::string> out;
  for (const auto& entry : list) {
    if (!entry.is_string()) return foreign_value{"a list of something else than strings"};
    out.push_back(entry.get<std::string>());
  }
  return out;
}

/// A number that no 64-bit integer has fits no option, either.
given_value read_json_number(const parsed_json& number) {
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (number.is_number_unsigned() && number.get<std::uint64_t>() > most)
    return foreign_value{"a very large number"};
  if (number.is_number_integer()) return number.get<std::int64_t>();
  return number.get<double>();
}

given_value read_json(const parsed_json& value) {
  if (value.is_number()) return read_json_number(value);
  if (value.is_string()) return value.get<std::string>();
  if (value.is_array()) return read_json_list(value);
  if (value.is_boolean()) return foreign_value{"a boolean"};
  if (value.is_null()) return foreign_value{"null"};
  return foreign_value{"an object"};
}

/// The option that a key with the prefix names; or why it names none that can change.
tl::expected<const option*, std::string> live_option_of(std::string_view key) {
  const std::string_view name = key.substr(settings_prefix.size());
  const option* const found = find_option(name);
  if (found == nullptr) {
    const auto names = option_names();
    const std::string nearest{find_nearest(name, names)};
    return tl::unexpected{std::string{name} + " is not a setting" +
                          (nearest.empty() ? "" : "; did you mean " + nearest + "?")};
  }
  if (!found->is_live())
    return tl::unexpected{std::string{name} + " can only be changed by a restart"};
  return found;
}

/// Puts one value into `target`; what it does to the other settings is not looked at.
tl::expected<void, std::string> store_live(std::string_view key, std::string_view json,
                                           settings& target) {
  const auto found = live_option_of(key);
  if (!found) return tl::unexpected{found.error()};
  const auto value = parsed_json::parse(json, nullptr, false);
  if (value.is_discarded())
    return tl::unexpected{std::string{(*found)->name} + " must be a JSON value"};
  return store(**found, read_json(value), target);
}

/// What a check has to say of `subject`; nothing if it is content.
std::optional<std::string> first_problem(const settings& subject, void (*check)(collector&)) {
  collector checking;
  checking.values() = subject;
  check(checking);
  auto found = std::move(checking).finish();
  if (found.problems.empty()) return std::nullopt;
  return std::move(found.problems.front().what);
}

/// Puts a value into `target`, or tells why it is left as it is.
std::optional<std::string> put_over(std::string_view key, std::string_view json, settings& target) {
  settings trial = target;
  if (auto stored = store_live(key, json, trial); !stored) return std::move(stored.error());
  auto wrong = first_problem(trial, check_live_forms);
  if (!wrong) wrong = first_problem(trial, check_live_together);
  if (!wrong) target = std::move(trial);
  return wrong;
}

} // namespace

std::optional<std::string> check_live_value(std::string_view key, std::string_view json) {
  if (!key.starts_with(settings_prefix)) return std::nullopt;
  settings trial;
  if (auto stored = store_live(key, json, trial); !stored) return std::move(stored.error());
  return first_problem(trial, check_live_forms);
}

outcome apply_live(const settings& start, const live_values& live) {
  outcome made{start, {}};
  std::vector<problem> left;
  for (const auto& each : live)
    left.push_back({each.first, {}});
  // One may need another that comes later, so what is refused is tried again after the others.
  for (bool progress = true; progress;) {
    std::vector<problem> refused;
    for (const problem& each : left)
      if (auto wrong = put_over(each.where, live.at(each.where), made.values))
        refused.push_back({each.where, *std::move(wrong)});
    progress = refused.size() < left.size();
    left = std::move(refused);
  }
  made.problems = std::move(left);
  return made;
}

settings take_live_options(const settings& start, const settings& read) {
  settings made = start;
  for (const option& each : all_options())
    // Both have been checked, so that their values can be stored.
    if (each.is_live()) static_cast<void>(store(each, read_text(each, to_text(each, read)), made));
  return made;
}

std::vector<live_change> live_changes(const settings& before, const settings& after) {
  std::vector<live_change> out;
  for (const option& each : all_options()) {
    // None of them is a secret.
    if (!each.is_live()) continue;
    live_change change{std::string{each.name}, to_text(each, before), to_text(each, after)};
    if (change.before != change.after) out.push_back(std::move(change));
  }
  return out;
}

std::vector<option_state> describe_state(const settings& start, const live_values& live) {
  const settings defaults;
  const auto [now, problems] = apply_live(start, live);
  const auto is_applied = [&live, &wrong = problems](const std::string& key) {
    return live.contains(key) && std::ranges::find(wrong, key, &problem::where) == wrong.end();
  };
  std::vector<option_state> out;
  for (const option& each : all_options()) {
    const auto hidden = placeholder_for(each, now);
    const bool is_default = to_text(each, start) == to_text(each, defaults);
    const std::string key = std::string{settings_prefix} + std::string{each.name};
    // A value of TOML without control characters is one of JSON, too.
    out.push_back(
        {std::string{each.name}, hidden ? parsed_json(*hidden).dump() : to_toml(each, now),
         to_toml(each, defaults), each.is_live(),
         is_applied(key) ? "live" : (is_default ? "default" : "file"), std::string{each.help}});
  }
  return out;
}

std::vector<std::string> restart_options(const settings& running, const settings& read) {
  std::vector<std::string> out;
  for (const option& each : all_options())
    if (!each.is_live() && to_text(each, running) != to_text(each, read))
      out.emplace_back(each.name);
  const auto same = [](const wechat_app& one, const wechat_app& other) {
    return one.appid == other.appid && one.app_secret.reveal() == other.app_secret.reveal() &&
           one.push_token.reveal() == other.push_token.reveal() &&
           one.push_aes_key.reveal() == other.push_aes_key.reveal();
  };
  if (!std::ranges::equal(running.wechat.further_apps, read.wechat.further_apps, same))
    out.emplace_back("wechat.app");
  return out;
}

} // namespace maque::config
