#pragma once

#include "config/settings.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

/// Settings that change while the server runs: a value of the configuration whose key is
/// "settings.SECTION.KEY" (settings_prefix) goes over what flags, environment and files gave. When
/// it is removed, theirs is in force again.
namespace maque::config {

/// Serialised JSON by key, "settings.SECTION.KEY".
using live_values = std::map<std::string, std::string, std::less<>>;

/// What is wrong with this value of this key, as a sentence for people; nothing if it can be
/// published. Keys without the prefix are no settings: nothing is wrong with them here.
std::optional<std::string> check_live_value(std::string_view key, std::string_view json);

/// `start` with the live values over it. One that doesn't fit, or that doesn't go together with the
/// others, is left out and becomes a problem, whose place is its key.
outcome apply_live(const settings& start, const live_values& live);

/// `start` with what of `read` can change live: what a file that was read again changes at once.
settings take_live_options(const settings& start, const settings& read);

/// An option whose value has become another one.
struct live_change {
  std::string name;
  std::string before; ///< As in the environment.
  std::string after;
};

/// Of the options that can change live, those that differ, in the order of maque.example.toml.
std::vector<live_change> live_changes(const settings& before, const settings& after);

/// An option as an operator sees it. Values are serialised JSON, as a live value is published;
/// "[redacted]" is a secret.
struct option_state {
  std::string name;
  std::string value;
  std::string default_value;
  bool live = false;
  /// "default"; "file" for flags and the environment, too; "live".
  std::string_view source;
  std::string help;
};

/// All of them, in the order of maque.example.toml.
/// @param start what flags, environment and files say; `live` goes over it.
std::vector<option_state> describe_state(const settings& start, const live_values& live);

/// The names of the options that differ and can only be changed by a restart, in the order of
/// maque.example.toml. The tables of [[wechat.app]] count as one, "wechat.app".
std::vector<std::string> restart_options(const settings& running, const settings& read);

} // namespace maque::config
