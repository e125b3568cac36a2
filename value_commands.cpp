#include "account_database.hpp"
#include "command_audit.hpp"
#include "commands.hpp"
#include "config/live_settings.hpp"
#include "domain/limits.hpp"
#include "schema/config_check.hpp"
#include "terminal.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <iostream>

// The commands about the live configuration. They work on the database: a running server notices.

namespace maque {

namespace {

using config::value_arguments;
using nlohmann::ordered_json;

config_edit edit_of(const config::command& asked) {
  return {asked.key,
          asked.value.base_version,
          {command_operator(), system_time_source{}.now(), asked.value.note}};
}

std::string shown_time(utc_time time) {
  return to_rfc3339(std::chrono::floor<std::chrono::seconds>(time));
}

/// At most `limit` bytes and one more, which tells that there are too many.
result<std::string> read_all(std::istream& from, const std::string& name, std::size_t limit) {
  std::string text(limit + 1, '\0');
  from.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (from.bad()) return fail(errc::invalid_field, {}, name + " can't be read");
  text.resize(static_cast<std::size_t>(from.gcount()));
  if (text.size() > limit)
    return fail(errc::body_too_large, {},
                name + " is too long: at most " + std::to_string(limit) + " bytes");
  return text;
}

result<std::string> read_file(const std::string& file, std::size_t limit) {
  std::ifstream from{file, std::ios::binary};
  if (!from) return fail(errc::invalid_field, {}, file + " can't be read");
  return read_all(from, file, limit);
}

result<void> apply_options(const value_arguments& asked, config_content& content) {
  if (asked.description) content.description = *asked.description;
  if (asked.visibility)
    content.visibility =
        parse_config_visibility(*asked.visibility).value_or(config_visibility::client);
  if (asked.everybody) content.targeting.reset();
  if (!asked.appids.empty() || asked.percentage || asked.otherwise) {
    auto& targeting = content.targeting ? *content.targeting : content.targeting.emplace();
    if (!asked.appids.empty()) targeting.appids = asked.appids;
    std::ranges::sort(targeting.appids);
    targeting.appids.erase(std::unique(targeting.appids.begin(), targeting.appids.end()),
                           targeting.appids.end());
    if (asked.percentage) targeting.percentage = *asked.percentage;
    if (asked.otherwise) targeting.otherwise = asked.otherwise;
  }
  if (asked.no_schema) content.schema.reset();
  if (asked.schema_file.empty()) return {};
  return read_file(asked.schema_file, limits::config_schema_bytes).map([&](std::string text) {
    content.schema = std::move(text);
  });
}

/// The published content, or what a new key begins with.
config_content content_of(const std::optional<config_item>& item, const std::string& key) {
  if (item && item->published && item->published->content) return *item->published->content;
  config_content made;
  if (key.starts_with(settings_prefix)) made.visibility = config_visibility::server;
  return made;
}

result<config_content> complete(const config::command& asked,
                                const std::optional<config_item>& item) {
  config_content content = content_of(item, asked.key);
  auto json = asked.json == "-" ? read_all(std::cin, "standard input", limits::config_value_bytes)
                                : result<std::string>{asked.json};
  if (!json) return tl::unexpected{std::move(json.error())};
  content.json = std::move(*json);
  if (auto applied = apply_options(asked.value, content); !applied)
    return tl::unexpected{std::move(applied.error())};
  if (auto checked = check_live_setting(asked.key, content); !checked)
    return tl::unexpected{std::move(checked.error())};
  if (const auto wrong = config::check_live_value(asked.key, content.json))
    return fail(errc::config_value_invalid, *wrong);
  return checked_config_content(std::move(content)).map_error([](error problem) {
    if (problem.code == errc::invalid_json)
      problem.cause = "that is not JSON; a string needs its quotes, e.g. '\"blue\"'";
    return problem;
  });
}

result<void> show_version(const result<config_item>& done) {
  if (!done) return tl::unexpected{done.error()};
  std::cout << "version " << done->version() << '\n';
  return {};
}

result<void> set_value(const config::command& asked, db::store& database) {
  if (auto checked = check_config_key(asked.key); !checked) return checked;
  const config_edit edit = edit_of(asked);
  if (auto checked = check_config_change(edit.by); !checked) return checked;
  const auto item = database.find_config_item(asked.key);
  if (!item) return tl::unexpected{item.error()};
  auto content = complete(asked, *item);
  if (!content) return tl::unexpected{std::move(content.error())};
  // What nobody changes between the look and the change is kept.
  publish_config_value order{edit, std::move(*content)};
  if (!order.edit.base_version) order.edit.base_version = *item ? (*item)->version() : 0;
  return show_version(perform<config_item>(database, order));
}

result<void> remove_value(const config::command& asked, db::store& database) {
  const config_edit edit = edit_of(asked);
  if (auto checked = check_config_change(edit.by); !checked) return checked;
  const auto removed = perform<config_item>(database, remove_config_value{edit});
  if (!removed && removed.error().code == errc::config_key_not_found)
    return fail(errc::config_key_not_found, {}, "there is no value " + printable(asked.key));
  if (!removed) return tl::unexpected{removed.error()};
  return database.config_version().map(
      [](std::uint64_t version) { std::cout << "version " << version << '\n'; });
}

result<void> roll_back(const config::command& asked, db::store& database) {
  const config_edit edit = edit_of(asked);
  if (auto checked = check_config_change(edit.by); !checked) return checked;
  return show_version(perform<config_item>(database, roll_back_config_value{edit, asked.value.to}));
}

// What is only read -------------------------------------------------------------------------------

result<void> print_values(db::store& database) {
  const auto published = database.load_config();
  if (!published) return tl::unexpected{published.error()};
  ordered_json values = ordered_json::object();
  for (const config_entry& entry : published->entries)
    values[entry.key] = ordered_json::parse(entry.json);
  std::cout << values.dump(2) << '\n';
  return {};
}

/// "everybody", "12.50 % of wx1 wx2"
std::string describe(const std::optional<config_targeting>& targeting) {
  if (!targeting) return "everybody";
  std::string text =
      fmt::format("{}.{:02} %", targeting->percentage / 100, targeting->percentage % 100);
  for (const std::string& appid : targeting->appids)
    text.append(text.ends_with('%') ? " of " : " ").append(appid);
  return text;
}

result<void> print_table(db::store& database) {
  constexpr const char* columns = "{:<32}  {:>7}  {:<10}  {:<20}  {:<24}  {:<20}  {}\n";
  const auto items = database.list_config_items();
  if (!items) return tl::unexpected{items.error()};
  std::cout << fmt::format(columns, "KEY", "VERSION", "VISIBILITY", "FOR", "PUBLISHED BY", "WHEN",
                           "DRAFT");
  for (const config_item& item : *items) {
    const config_content content = content_of(item, item.key);
    const auto& published = item.published;
    std::cout << fmt::format(columns, printable(item.key), item.version(),
                             to_string(content.visibility), describe(content.targeting),
                             published ? printable(published->by.who) : "-",
                             published ? shown_time(published->by.at) : "-",
                             item.draft ? "by " + printable(item.draft->saved_by) : "-");
  }
  return {};
}

result<void> print_value(const std::string& key, db::store& database) {
  const auto item = database.find_config_item(key);
  if (!item) return tl::unexpected{item.error()};
  if (!*item || !(*item)->published)
    return fail(errc::config_key_not_found, {}, "there is no value " + printable(key));
  std::cout << content_of(*item, key).json << '\n';
  return {};
}

void print_version(const config_version& one, bool as_json) {
  if (as_json) {
    ordered_json line{{"version", one.version},
                      {"at", to_rfc3339(one.by.at)},
                      {"who", one.by.who},
                      {"note", one.by.note}};
    if (one.content) {
      line["value"] = ordered_json::parse(one.content->json);
      line["description"] = one.content->description;
      line["visibility"] = to_string(one.content->visibility);
    }
    std::cout << line.dump() << '\n';
    return;
  }
  constexpr std::size_t enough = 60;
  std::string value = one.content ? one.content->json : "(removed)";
  if (value.size() > enough) value = "(" + std::to_string(value.size()) + " bytes)";
  std::cout << fmt::format("{:>7}  {:<20}  {:<24}  {}{}\n", one.version, shown_time(one.by.at),
                           printable(one.by.who), printable(value),
                           one.by.note.empty() ? "" : "  # " + printable(one.by.note));
}

result<void> print_history(const config::command& asked, db::store& database) {
  const auto limit = static_cast<std::uint32_t>(std::min<std::uint64_t>(
      asked.value.limit.value_or(limits::page_size_default), std::uint64_t{UINT32_MAX}));
  const auto versions = database.config_history_of({asked.key, {}, limit});
  if (!versions) return tl::unexpected{versions.error()};
  if (versions->empty())
    return fail(errc::config_key_not_found, {}, "there was never a value " + printable(asked.key));
  if (!asked.value.json)
    std::cout << fmt::format("{:>7}  {:<20}  {:<24}  {}\n", "VERSION", "WHEN", "WHO", "VALUE");
  for (const config_version& each : *versions)
    print_version(each, asked.value.json);
  return {};
}

/// A key that was removed has the value null.
result<nlohmann::json> value_at(const std::string& key, std::uint64_t version,
                                db::store& database) {
  const auto found = database.config_history_of({key, version + 1, 1});
  if (!found) return tl::unexpected{found.error()};
  if (found->empty() || found->front().version != version)
    return fail(errc::config_version_not_found, {},
                printable(key) + " never had the version " + std::to_string(version));
  const auto& content = found->front().content;
  return content ? nlohmann::json::parse(content->json) : nlohmann::json{};
}

void print_step(const nlohmann::json& step, const nlohmann::json& before) {
  const nlohmann::json::json_pointer place{step.at("path").get<std::string>()};
  const std::string name = place.empty() ? "(all)" : place.to_string();
  const bool was_there = step.at("op") != "add" && before.contains(place);
  if (was_there) std::cout << "- " << printable(name + ": " + before.at(place).dump()) << '\n';
  if (step.at("op") != "remove")
    std::cout << "+ " << printable(name + ": " + step.at("value").dump()) << '\n';
}

result<void> print_diff(const config::command& asked, db::store& database) {
  const auto from = value_at(asked.key, asked.value.from, database);
  if (!from) return tl::unexpected{from.error()};
  const auto to = value_at(asked.key, asked.value.to, database);
  if (!to) return tl::unexpected{to.error()};
  const auto patch = nlohmann::json::diff(*from, *to);
  if (asked.value.json)
    std::cout << patch.dump(2) << '\n';
  else
    for (const auto& step : patch)
      print_step(step, *from);
  return {};
}

result<void> execute_on(const config::command& asked, db::store& database) {
  switch (asked.what) {
  case config::action::values_list:
    return asked.value.table ? print_table(database) : print_values(database);
  case config::action::values_get:
    return print_value(asked.key, database);
  case config::action::values_set:
    return set_value(asked, database);
  case config::action::values_remove:
    return remove_value(asked, database);
  case config::action::values_history:
    return print_history(asked, database);
  case config::action::values_diff:
    return print_diff(asked, database);
  case config::action::values_rollback:
    return roll_back(asked, database);
  default:
    return fail(errc::internal, {}, "this is no command about values");
  }
}

} // namespace

int manage_values(const config::command& asked, const config::settings& settings) {
  const auto stores = stores_of(settings);
  if (const auto schema = stores->migrate(); !schema) return report(schema.error());
  const auto database = stores->open_writer();
  if (!database) return report(database.error());
  const auto done = execute_on(asked, **database);
  return done ? EXIT_SUCCESS : report(done.error());
}

} // namespace maque
