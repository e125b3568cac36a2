#pragma once

#include "config/settings.hpp"
#include "domain/api_key.hpp"
#include "domain/ids.hpp"
#include "domain/limits.hpp"
#include "domain/user.hpp"

#include <chrono>
#include <cstdint>
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
  values_history,
  values_diff,
  values_rollback,
  export_data,
  import_data,
  backup_data,
  user_add,
  user_import,
  user_list,
  user_disable,
  user_enable,
  user_delete,
  user_set_password,
  user_sessions,
  user_logout,
  invitation_add,
  invitation_list,
  invitation_remove,
  apikey_add,
  apikey_list,
  apikey_revoke,
  keys_list,
  keys_rotate,
};

/// Where a user's password comes from. Never from an argument: whoever lists the processes sees
/// those.
enum class password_source : std::uint8_t {
  random,
  standard_input,
  standard_input_hashed, ///< As another system has stored it.
};

/// What `maque user …` is told.
struct user_arguments {
  std::string user; ///< A username; to find a user, "id:DIGITS", too.
  user_role role = user_role::user;
  password_source password = password_source::random;
  std::optional<std::uint64_t> limit; ///< Of user_list. Nothing: all.
  bool json = false;                  ///< Of user_list.
  bool yes = false;                   ///< Of user_delete: doesn't ask.
  std::optional<session_id> session;  ///< Of user_logout. Nothing: all of them.
};

/// What `maque invitation …` is told.
struct invitation_arguments {
  std::uint32_t uses = 1;
  std::optional<milliseconds> lifetime{std::chrono::hours{24 * 7}}; ///< Nothing: for ever.
  std::string note;
  std::string which; ///< Of invitation_remove: a name or a code.
};

/// What `maque apikey …` is told.
struct api_key_arguments {
  std::string name;
  api_scopes scopes;
  std::optional<milliseconds> lifetime; ///< Nothing: for ever.
  std::string which;                    ///< Of apikey_revoke: a name or an id.
};

/// What `maque config-values …` is told. What of a value is absent stays as it is.
struct value_arguments {
  std::optional<std::string> description;
  std::optional<std::string> visibility;
  std::vector<std::string> appids;
  std::optional<std::uint32_t> percentage; ///< In hundredths of a percent.
  std::optional<std::string> otherwise;
  bool everybody = false; ///< No targeting any more.
  std::string schema_file;
  bool no_schema = false;
  std::string note;
  std::optional<std::uint64_t> base_version;
  std::uint64_t from = 0;             ///< Of values_diff: a version.
  std::uint64_t to = 0;               ///< Of values_diff and values_rollback: a version.
  std::optional<std::uint64_t> limit; ///< Of values_history.
  bool table = false;                 ///< Of values_list.
  bool json = false;                  ///< Of values_history and values_diff.
};

struct command {
  action what = action::serve;
  sources from;
  std::string key;  ///< Of values_… but values_list.
  std::string json; ///< Of values_set.
  value_arguments value;
  /// Of export_data, import_data, backup_data, user_import.
  std::string file;
  bool force = false; ///< Replaces a file.
  bool quiet = false; ///< No word on how far it is.
  user_arguments user;
  invitation_arguments invitation;
  api_key_arguments api_key;
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
