#include "actors/published_config.hpp"

#include "telemetry/json_text.hpp"

#include <algorithm>
#include <utility>

namespace maque {

namespace {

/// Targeted values that one hexadecimal digit tells of.
constexpr std::size_t bits_a_digit = 4;

std::string etag_of(std::uint64_t version, std::string_view variant = {}) {
  std::string etag = "W/\"v" + std::to_string(version);
  if (!variant.empty()) etag.append("-").append(variant);
  return etag.append("\"");
}

published_config::part part_of(const config_entry& entry, std::uint64_t version) {
  const auto& targeting = entry.targeting;
  published_config::part made{
      entry.key, {entry.json, etag_of(version, targeting ? "1" : "")}, targeting, {}};
  if (targeting && targeting->otherwise)
    made.otherwise = {*targeting->otherwise, etag_of(version, "0")};
  return made;
}

void append_member(std::string& out, std::string_view key, std::string_view json) {
  if (!out.empty()) out += ',';
  out += '"';
  log::append_json_text(out, key);
  out.append("\":").append(json);
}

/// Goes through the targeted parts' places in a variant.
class variant_places {
public:
  explicit variant_places(std::string_view variant) noexcept : variant_{variant} {}

  bool next() noexcept {
    const std::size_t at = at_++;
    const char digit = variant_[at / bits_a_digit];
    const int four = digit <= '9' ? digit - '0' : digit - 'a' + 10;
    return ((four >> (at % bits_a_digit)) & 1) != 0;
  }

private:
  std::string_view variant_;
  std::size_t at_ = 0;
};

} // namespace

bool published_config::part::depends_on_user() const noexcept {
  return targeting && targeting->percentage > 0 && targeting->percentage < config_everybody;
}

const published_config::value*
published_config::part::for_whom(const config_audience& audience) const noexcept {
  if (!targeting || is_for(*targeting, key, audience.appid, audience.user)) return &chosen;
  return otherwise ? &*otherwise : nullptr;
}

const published_config::part* published_config::find(std::string_view key) const noexcept {
  const auto at = std::ranges::lower_bound(
      parts, key, std::ranges::less{}, [](const part& each) { return std::string_view{each.key}; });
  return at != parts.end() && at->key == key ? &*at : nullptr;
}

std::string published_config::variant_for(const config_audience& audience) const {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string variant;
  std::size_t four = 0;
  std::size_t count = 0;
  for (const part& each : parts) {
    if (!each.targeting) continue;
    if (is_for(*each.targeting, each.key, audience.appid, audience.user))
      four |= std::size_t{1} << (count % bits_a_digit);
    if (++count % bits_a_digit == 0) variant += digits[std::exchange(four, 0)];
  }
  if (count % bits_a_digit != 0) variant += digits[four];
  return variant;
}

published_config::value published_config::render(std::string_view variant) const {
  std::string values;
  variant_places places{variant};
  for (const part& each : parts) {
    const value* shown = &each.chosen;
    if (each.targeting && !places.next()) shown = each.otherwise ? &*each.otherwise : nullptr;
    if (shown != nullptr) append_member(values, each.key, shown->json);
  }
  return {"{\"version\":" + std::to_string(version) + ",\"values\":{" + values + "}}",
          etag_of(version, variant)};
}

shared_config publish(const config_snapshot& snapshot) {
  auto made = std::make_shared<published_config>();
  made->version = snapshot.version;
  for (const config_entry& entry : snapshot.entries) {
    const bool is_setting = entry.key.starts_with(settings_prefix);
    if (is_setting) made->settings.emplace(entry.key, entry.json);
    // Also if somebody has written otherwise into the database: they are no business of clients.
    if (is_setting || entry.visibility == config_visibility::server) continue;
    made->parts.push_back(part_of(entry, snapshot.version));
    const published_config::part& added = made->parts.back();
    made->is_targeted = made->is_targeted || added.targeting.has_value();
    made->depends_on_user = made->depends_on_user || added.depends_on_user();
  }
  if (!made->is_targeted) made->whole = made->render({});
  return made;
}

} // namespace maque
