#include "commands.hpp"

#include "db/store_factory.hpp"
#include "domain/limits.hpp"
#include "domain/text.hpp"

#include <nlohmann/json.hpp>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

namespace maque {

std::unique_ptr<db::store_factory> stores_of(const config::settings& settings) {
  return db::make_store_factory(settings.database.url, settings.database.statement_timeout);
}

int report(const error& problem) {
  std::cerr << "maque: " << (problem.cause.empty() ? info(problem.code).message : problem.cause);
  if (!problem.hint.empty()) std::cerr << ": " << problem.hint;
  std::cerr << '\n';
  return EXIT_FAILURE;
}

namespace {

int migrate(const config::settings& settings) {
  const auto stores = stores_of(settings);
  const auto version = stores->migrate();
  if (!version) return report(version.error());
  std::cout << stores->describe() << " has schema version " << *version << '\n';
  return EXIT_SUCCESS;
}

// Published configuration ------------------------------------------------------------------------

result<config_snapshot> load_published(const config::settings& settings) {
  const auto stores = stores_of(settings);
  if (auto schema = stores->migrate(); !schema) return tl::unexpected{schema.error()};
  auto reader = stores->open_reader();
  if (!reader) return tl::unexpected{reader.error()};
  return (*reader)->load_config();
}

int list_values(const config::settings& settings) {
  const auto published = load_published(settings);
  if (!published) return report(published.error());
  nlohmann::ordered_json values = nlohmann::ordered_json::object();
  for (const config_entry& entry : published->entries)
    values[entry.key] = nlohmann::ordered_json::parse(entry.json);
  std::cout << values.dump(2) << '\n';
  return EXIT_SUCCESS;
}

/// The value of a key, or config_key_not_found.
result<std::string> find_published(const config::settings& settings, const std::string& key) {
  const auto published = load_published(settings);
  if (!published) return tl::unexpected{published.error()};
  for (const config_entry& entry : published->entries)
    if (entry.key == key) return entry.json;
  return fail(errc::config_key_not_found, {}, "there is no value " + key);
}

int get_value(const config::settings& settings, const std::string& key) {
  const auto found = find_published(settings, key);
  if (!found) return report(found.error());
  std::cout << *found << '\n';
  return EXIT_SUCCESS;
}

/// Without the blanks between the tokens: what is served has no line breaks. All else stays as it
/// was written; a parser would change numbers. @param json valid
std::string compact(std::string_view json) {
  std::string kept;
  bool quoted = false;
  for (std::size_t at = 0; at < json.size(); ++at) {
    if (!quoted && std::string_view{" \t\r\n"}.find(json[at]) != std::string_view::npos) continue;
    if (json[at] == '"') quoted = !quoted;
    kept += json[at];
    if (quoted && json[at] == '\\') kept += json[++at];
  }
  return kept;
}

result<void> check_value(const std::string& key, const std::string& json) {
  if (key.empty() || key.size() > limits::config_key_bytes || has_control_characters(key) ||
      !count_code_points(key))
    return fail(errc::invalid_field, {},
                "a key is UTF-8 of 1 to " + std::to_string(limits::config_key_bytes) +
                    " bytes without control characters");
  if (json.size() > limits::config_value_bytes)
    return fail(errc::invalid_field, {},
                "a value has at most " + std::to_string(limits::config_value_bytes) + " bytes");
  if (!nlohmann::json::accept(json))
    return fail(errc::invalid_field, {},
                "that is not JSON; a string needs its quotes, e.g. '\"blue\"'");
  return {};
}

int publish(const config::settings& settings, const std::string& key,
            std::optional<std::string> json) {
  if (const auto checked = check_value(key, json.value_or("null")); !checked)
    return report(checked.error());
  if (json) json = compact(*json);
  const auto stores = stores_of(settings);
  if (const auto schema = stores->migrate(); !schema) return report(schema.error());
  auto writer = stores->open_writer();
  if (!writer) return report(writer.error());
  const std::vector<write_request> change{
      set_config_value{key, std::move(json), system_time_source{}.now()}};
  const auto outcome = (*writer)->apply(change).front();
  if (!outcome) return report(outcome.error());
  std::cout << "version " << std::get<std::uint64_t>(*outcome) << '\n';
  return EXIT_SUCCESS;
}

int remove_value(const config::settings& settings, const std::string& key) {
  const auto found = find_published(settings, key);
  return found ? publish(settings, key, std::nullopt) : report(found.error());
}

} // namespace

int execute(const config::command& asked, const config::settings& settings) {
  switch (asked.what) {
  case config::action::serve:
    return serve(settings, asked.from);
  case config::action::migrate:
    return migrate(settings);
  case config::action::config_check:
    std::cout << "the settings are in order\n";
    return EXIT_SUCCESS;
  case config::action::config_show:
    std::cout << config::show(settings);
    return EXIT_SUCCESS;
  case config::action::values_list:
    return list_values(settings);
  case config::action::values_get:
    return get_value(settings, asked.key);
  case config::action::values_set:
    return publish(settings, asked.key, asked.json);
  case config::action::values_remove:
    return remove_value(settings, asked.key);
  case config::action::export_data:
  case config::action::import_data:
  case config::action::backup_data:
    return move_data(asked, settings);
  case config::action::user_add:
  case config::action::user_disable:
  case config::action::user_enable:
  case config::action::user_delete:
  case config::action::user_set_password:
  case config::action::user_logout:
    return manage_users(asked, settings);
  case config::action::user_import:
    return import_users(asked, settings);
  case config::action::user_list:
    return list_users(asked, settings);
  case config::action::user_sessions:
    return list_user_sessions(asked, settings);
  case config::action::invitation_add:
  case config::action::invitation_list:
  case config::action::invitation_remove:
    return manage_invitations(asked, settings);
  case config::action::apikey_add:
  case config::action::apikey_list:
  case config::action::apikey_revoke:
    return manage_api_keys(asked, settings);
  case config::action::keys_list:
  case config::action::keys_rotate:
    return manage_keys(asked, settings);
  }
  return EXIT_FAILURE;
}

} // namespace maque
