#pragma once

#include "config/settings.hpp"
#include "domain/limits.hpp"

#include <optional>
#include <string>
#include <vector>

namespace maque::config {

/// What the program is asked to do.
enum class action : std::uint8_t {
  serve,
  migrate,
  config_check,
  config_show,
  values_list,
  values_get,
  values_set,
  values_remove,
  export_data,
  import_data,
  backup_data,
  keys_list,
  keys_rotate,
};

struct command {
  action what = action::serve;
  sources from;
  std::string key;  ///< Of values_get, values_set, values_remove.
  std::string json; ///< Of values_set.
  /// Of export_data, import_data, backup_data.
  std::string file;
  bool force = false; ///< Replaces a file.
  bool quiet = false; ///< No word on how far it is.
  /// Of keys_rotate: the new key's, empty for that of the newest one.
  std::string algorithm;
  std::chrono::seconds delay = limits::key_activation; ///< Of keys_rotate.
};

struct command_line {
  /// Nothing: there is nothing to do but to exit with `exit_code`; help or the error were printed.
  std::optional<command> parsed;
  int exit_code = 0;
};

/// @param arguments without the program's name.
/// @param version what --version prints.
command_line parse_command_line(std::vector<std::string> arguments, const std::string& version);

} // namespace maque::config
