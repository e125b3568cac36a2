#include "http/config_order.hpp"

#include "domain/limits.hpp"
#include "http/json_body.hpp"
#include "schema/config_check.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

namespace maque::http {

namespace {

using nlohmann::json;

/// Beyond it JavaScript loses whole numbers.
constexpr std::int64_t number_max = (std::int64_t{1} << 53) - 1;

config_edit edit_of(const exchange& asked, std::string key) {
  config_edit edit{.key = std::move(key), .base_version = {}, .by = {}};
  if (asked.by) edit.by.who = asked.by->name;
  edit.by.at = system_time_source{}.now();
  return edit;
}

std::optional<std::uint64_t> take_number(json_body& body, std::string_view name) {
  const auto number = body.optional_number(name, 0, number_max);
  return number ? std::optional{static_cast<std::uint64_t>(*number)} : std::nullopt;
}

std::uint64_t require_number(json_body& body, std::string_view name) {
  const auto number = take_number(body, name);
  if (!number) body.refuse(name, "missing");
  return number.value_or(0);
}

/// In hundredths of a percent; nothing if it isn't a number from 0 to 100 with two decimals.
std::optional<std::uint32_t> percentage_of(const json& value) {
  if (!value.is_number()) return std::nullopt;
  const double hundredths = value.get<double>() * 100;
  const double whole = std::round(hundredths);
  constexpr double rounding = 1e-6;
  if (!(whole >= 0 && whole <= config_everybody) || std::abs(hundredths - whole) > rounding)
    return std::nullopt;
  return static_cast<std::uint32_t>(whole);
}

/// Nothing if it isn't a list of texts.
std::optional<std::vector<std::string>> appids_of(const json& value) {
  if (!value.is_array()) return std::nullopt;
  std::vector<std::string> appids;
  for (const json& each : value) {
    if (!each.is_string()) return std::nullopt;
    appids.push_back(each.get<std::string>());
  }
  std::ranges::sort(appids);
  appids.erase(std::unique(appids.begin(), appids.end()), appids.end());
  return appids;
}

config_targeting read_targeting(json_body& body, const std::string& text) {
  config_targeting targeting;
  const json given = json::parse(text);
  if (!given.is_object()) {
    body.refuse("targeting", "has to be an object or null");
    return targeting;
  }
  for (const auto& [name, value] : given.items()) {
    if (name == "appids") {
      if (auto appids = appids_of(value))
        targeting.appids = std::move(*appids);
      else
        body.refuse("targeting.appids", "has to be a list of appids");
    } else if (name == "percentage") {
      if (const auto percentage = percentage_of(value))
        targeting.percentage = *percentage;
      else
        body.refuse("targeting.percentage", "a number from 0 to 100 with two decimals is needed");
    } else {
      body.refuse("targeting", "has only appids and percentage");
    }
  }
  return targeting;
}

content_patch read_content_patch(json_body& body) {
  content_patch patch;
  patch.json = body.optional_json("value");
  patch.description = body.optional("description", limits::config_description_bytes);
  if (const auto visibility = body.optional("visibility", limits::config_key_bytes)) {
    patch.visibility = parse_config_visibility(*visibility);
    if (!patch.visibility) body.refuse("visibility", R"(has to be "client" or "server")");
  }
  if (const auto targeting = body.optional_json("targeting"))
    patch.targeting =
        *targeting == "null" ? std::nullopt : std::optional{read_targeting(body, *targeting)};
  patch.otherwise = body.optional_json("otherwise");
  if (auto schema = body.optional_json("schema"))
    patch.schema = *schema == "null" ? std::nullopt : std::optional{std::move(*schema)};
  return patch;
}

result<void> apply_targeting(const content_patch& patch, config_content& content) {
  if (patch.targeting) content.targeting = *patch.targeting;
  if (!patch.otherwise) return {};
  if (!content.targeting)
    return maque::fail(errc::invalid_field, "otherwise: goes with targeting only");
  content.targeting->otherwise = patch.otherwise;
  return {};
}

} // namespace

result<config_order> read_config_order(const exchange& asked, order_kind kind) {
  auto key = read_config_key(asked);
  if (!key) return tl::unexpected{std::move(key.error())};
  auto body = json_body::read(asked.incoming);
  if (!body) return tl::unexpected{std::move(body.error())};
  config_order order{.edit = edit_of(asked, std::move(*key))};
  order.edit.base_version = require_number(*body, "base_version");
  if (kind == order_kind::save_draft || kind == order_kind::publish_content)
    order.patch = read_content_patch(*body);
  if (kind == order_kind::save_draft || kind == order_kind::publish_draft)
    order.draft_revision = take_number(*body, "draft_revision");
  if (kind != order_kind::save_draft)
    order.edit.by.note = body->optional("note", limits::config_note_bytes).value_or("");
  if (kind == order_kind::roll_back) order.version = require_number(*body, "version");
  return body->finish().map([&] { return std::move(order); });
}

result<config_order> read_config_removal(const exchange& asked) {
  auto key = read_config_key(asked);
  if (!key) return tl::unexpected{std::move(key.error())};
  const auto base = read_query_number(asked, "base_version");
  if (!base) return tl::unexpected{base.error()};
  if (!*base) return maque::fail(errc::invalid_field, "base_version: missing");
  const auto revision = read_query_number(asked, "draft_revision");
  if (!revision) return tl::unexpected{revision.error()};
  config_order order{.edit = edit_of(asked, std::move(*key))};
  order.edit.base_version = *base;
  order.draft_revision = *revision;
  auto note = query_parameter(asked.incoming.query(), "note");
  if (!note.well_formed) return maque::fail(errc::invalid_field, "note: not well-formed");
  order.edit.by.note = std::move(note.value).value_or("");
  return check_config_change(order.edit.by).map([&] { return std::move(order); });
}

result<std::string> read_config_key(const exchange& asked) {
  const std::string& key = asked.parameters.front();
  return check_config_key(key).map([&] { return key; });
}

result<std::optional<std::uint64_t>> read_query_number(const exchange& asked,
                                                       std::string_view name) {
  const auto given = query_parameter(asked.incoming.query(), name);
  if (given.well_formed && !given.value) return std::nullopt;
  std::int64_t number = -1;
  if (given.value) {
    const char* const end = given.value->data() + given.value->size();
    const auto [stop, failure] = std::from_chars(given.value->data(), end, number);
    if (failure != std::errc{} || stop != end) number = -1;
  }
  if (number < 0 || number > number_max)
    return maque::fail(errc::invalid_field, std::string{name} + ": a whole number is needed");
  return static_cast<std::uint64_t>(number);
}

result<config_content> apply(const content_patch& patch, const std::string& key,
                             const std::optional<config_content>& before) {
  const bool is_setting = key.starts_with(settings_prefix);
  config_content content = before.value_or(config_content{});
  if (!before && is_setting) content.visibility = config_visibility::server;
  if (!before && !patch.json) return maque::fail(errc::invalid_field, "value: missing");
  if (patch.json) content.json = *patch.json;
  if (patch.description) content.description = *patch.description;
  if (patch.visibility) content.visibility = *patch.visibility;
  if (patch.schema) content.schema = *patch.schema;
  if (const auto applied = apply_targeting(patch, content); !applied)
    return tl::unexpected{applied.error()};
  if (auto checked = check_live_setting(key, content); !checked)
    return tl::unexpected{std::move(checked.error())};
  return checked_config_content(std::move(content));
}

} // namespace maque::http
