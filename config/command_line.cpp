#include "config/command_line.hpp"

#include "config/account_command_line.hpp"
#include "config/value_command_line.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <utility>

namespace maque::config {

namespace {

void add_settings(CLI::App& program, sources& from) {
  program
      .add_option_function<std::string>(
          "-c,--config",
          [&from](const std::string& file) {
            from.file = file;
            from.file_required = true;
          },
          "Settings file; without it maque.toml, if there is one")
      ->type_name("FILE");
  program
      .add_option_function<std::string>(
          "--env-file",
          [&from](const std::string& file) {
            from.env_file = file;
            from.env_file_required = true;
          },
          "File with variables; without it .env, if there is one")
      ->type_name("FILE");
  for (const option_description& option : describe_options())
    program
        .add_option_function<std::string>(
            "--" + option.name,
            [&from, name = option.name](const std::string& value) {
              from.flags.emplace_back(name, value);
            },
            option.help + " (" + option.default_text + ")")
        ->type_name("VALUE")
        ->group("Settings");
}

void add_moving(CLI::App& program, command& asked) {
  const auto add = [&](const char* name, const char* help, action what) {
    auto* const added = program.add_subcommand(name, help);
    added->callback([&asked, what] { asked.what = what; });
    added->add_flag("--quiet", asked.quiet, "Don't say how far it is");
    return added;
  };
  const char* const force = "Replace FILE if it is there";

  auto* const to_file = add("export",
                            "Write all data to a file that `maque import` reads into "
                            "a database of any engine",
                            action::export_data);
  to_file->add_option("FILE", asked.file, "What to write; - is standard output")->required();
  to_file->add_flag("--force", asked.force, force);

  auto* const from_file =
      add("import", "Fill an empty database with what `maque export` wrote", action::import_data);
  from_file->add_option("FILE", asked.file, "What to read; - is standard input")->required();

  auto* const backup =
      add("backup", "Copy a SQLite database while servers use it", action::backup_data);
  backup->add_option("FILE", asked.file, "The copy, a database of its own")->required();
  backup->add_flag("--force", asked.force, force);
}

void add_keys(CLI::App& program, command& asked) {
  auto* const keys =
      program.add_subcommand("keys", "The keys that sign tokens")->require_subcommand(1);
  keys->add_subcommand("list", "Print the keys and their times, without secrets")
      ->callback([&asked] { asked.what = action::keys_list; });
  auto* const rotate =
      keys->add_subcommand("rotate", "Make a new key that signs from now on; nobody is logged out");
  rotate->callback([&asked] { asked.what = action::keys_rotate; });
  rotate
      ->add_option("--algorithm", asked.algorithm,
                   "How the new key signs; without it, as the newest key does")
      ->check(CLI::IsMember({"HS256", "EdDSA"}));
  rotate
      ->add_option_function<std::int64_t>(
          "--delay",
          [&asked](const std::int64_t& count) { asked.delay = std::chrono::seconds{count}; },
          "Seconds until it signs (10): all servers must have the file by then")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{7 * 24 * 3'600}));
}

} // namespace

command_line parse_command_line(std::vector<std::string> arguments, const std::string& version) {
  command asked;
  CLI::App program{"Maque: a back end for WeChat mini-programs", "maque"};
  program.set_version_flag("--version", version);
  program.require_subcommand(0, 1);
  program.fallthrough();
  add_settings(program, asked.from);

  const auto choose = [&asked](CLI::App* chosen, action what) {
    chosen->callback([&asked, what] { asked.what = what; });
  };
  choose(program.add_subcommand("serve", "Run the server; what happens without a command"),
         action::serve);
  choose(program.add_subcommand("migrate", "Bring the database's schema up to date, then exit"),
         action::migrate);

  add_moving(program, asked);
  add_users(program, asked);
  add_invitations(program, asked);
  add_api_keys(program, asked);
  add_keys(program, asked);

  auto* const config = program.add_subcommand("config", "Settings")->require_subcommand(1);
  choose(config->add_subcommand("check", "Check all settings; exit with 1 if any is wrong"),
         action::config_check);
  choose(config->add_subcommand("show", "Print all settings as TOML, without secrets"),
         action::config_show);

  add_values(program, asked);

  try {
    std::reverse(arguments.begin(), arguments.end()); // CLI11 takes them from the back
    program.parse(std::move(arguments));
  } catch (const CLI::ParseError& problem) {
    return {std::nullopt, program.exit(problem)};
  }
  return {std::move(asked), 0};
}

} // namespace maque::config
