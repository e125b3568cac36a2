#include "config/value_command_line.hpp"

#include "domain/config_value.hpp"

#include <cmath>

namespace maque::config {

namespace {

CLI::App* add_command(CLI::App* group, const char* name, const char* help, command& asked,
                      action what) {
  auto* const added = group->add_subcommand(name, help);
  added->callback([&asked, what] { asked.what = what; });
  return added;
}

void add_key(CLI::App* to, command& asked) {
  to->add_option("KEY", asked.key)->required();
}

void add_change(CLI::App* to, command& asked) {
  add_key(to, asked);
  to->add_option("--note", asked.value.note, "Why, for the history")->type_name("TEXT");
  to->add_option("--base-version", asked.value.base_version,
                 "Only if the key still has this version; 0: if there is none")
      ->type_name("NUMBER");
}

void add_set(CLI::App* values, command& asked) {
  auto* const set =
      add_command(values, "set",
                  "Publish one value; a running server has it within two seconds. What no "
                  "option names stays as it is",
                  asked, action::values_set);
  add_change(set, asked);
  set->add_option("JSON", asked.json,
                  "Any JSON value; a string needs its quotes; - is standard input")
      ->required();
  value_arguments& value = asked.value;
  set->add_option("--description", value.description, "For operators")->type_name("TEXT");
  set->add_option("--visibility", value.visibility,
                  R"("client": in GET /api/config; "server": for the server only)")
      ->type_name("WHO")
      ->check(CLI::IsMember({"client", "server"}));
  auto* const appid = set->add_option("--appid", value.appids,
                                      "Only for users of this mini-program; may be repeated");
  appid->type_name("APPID")->expected(1)->take_all();
  auto* const percentage = set->add_option_function<double>(
                                  "--percentage",
                                  [&value](const double& part) {
                                    value.percentage = static_cast<std::uint32_t>(
                                        std::lround(part * config_everybody / 100));
                                  },
                                  "Only for this part of the users; two decimals count")
                               ->type_name("PERCENT")
                               ->check(CLI::Range(0.0, 100.0));
  auto* const otherwise =
      set->add_option("--otherwise", value.otherwise,
                      "What the others get, as JSON; without it, there is no such key for them")
          ->type_name("JSON");
  set->add_flag("--everybody", value.everybody, "For all users again")
      ->excludes(appid)
      ->excludes(percentage)
      ->excludes(otherwise);
  auto* const schema = set->add_option("--schema", value.schema_file,
                                       "A JSON Schema (draft 7) that this value and the next ones "
                                       "have to fit");
  schema->type_name("FILE");
  set->add_flag("--no-schema", value.no_schema, "Any value fits again")->excludes(schema);
}

} // namespace

void add_values(CLI::App& program, command& asked) {
  auto* const values =
      program.add_subcommand("config-values", "Published configuration (GET /api/config)")
          ->require_subcommand(1);
  auto* const list = add_command(values, "list", "Print all values as one JSON object", asked,
                                 action::values_list);
  list->add_flag("--table", asked.value.table,
                 "A table instead: versions, whom each is for, who published it, drafts");
  add_key(add_command(values, "get", "Print one value", asked, action::values_get), asked);
  add_set(values, asked);
  add_change(add_command(values, "remove", "Withdraw one value", asked, action::values_remove),
             asked);

  auto* const history =
      add_command(values, "history", "Print the versions of a key, the newest first", asked,
                  action::values_history);
  add_key(history, asked);
  history->add_option("--limit", asked.value.limit, "Not more than so many (20)")
      ->type_name("NUMBER")
      ->check(CLI::PositiveNumber);
  history->add_flag("--json", asked.value.json, "One JSON object a line");

  auto* const diff = add_command(values, "diff", "Print what changed between two versions of a key",
                                 asked, action::values_diff);
  add_key(diff, asked);
  diff->add_option("FROM", asked.value.from)->required();
  diff->add_option("TO", asked.value.to)->required();
  diff->add_flag("--json", asked.value.json, "As a JSON Patch (RFC 6902)");

  auto* const back = add_command(values, "rollback",
                                 "Publish an old version again, as a new one; nothing is forgotten",
                                 asked, action::values_rollback);
  add_change(back, asked);
  back->add_option("VERSION", asked.value.to)->required();
}

} // namespace maque::config
