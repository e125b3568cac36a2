#include "domain/config_value.hpp"

#include "domain/limits.hpp"
#include "domain/text.hpp"

#include <algorithm>
#include <functional>

namespace maque {

namespace {

constexpr bool is_printable_ascii(char character) noexcept {
  return character > ' ' && character <= '~';
}

std::string at_most(std::size_t bytes) {
  return "longer than " + std::to_string(bytes) + " bytes";
}

bool is_utf8_without_controls(std::string_view text) noexcept {
  return count_code_points(text) && !has_control_characters(text);
}

result<void> check_text(std::string_view name, std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max)
    return fail(errc::invalid_field, std::string{name} + ": " + at_most(bytes_max));
  if (!is_utf8_without_controls(text))
    return fail(errc::invalid_field,
                std::string{name} + ": UTF-8 without control characters is needed");
  return {};
}

result<void> check_json_size(std::string_view name, const std::optional<std::string>& json,
                             std::size_t bytes_max) {
  if (json && json->size() > bytes_max)
    return fail(errc::body_too_large, std::string{name} + ": " + at_most(bytes_max));
  return {};
}

result<void> check_appids(const std::vector<std::string>& appids) {
  if (appids.size() > limits::config_appids)
    return fail(errc::invalid_field, "targeting.appids: more than " +
                                         std::to_string(limits::config_appids) + " of them");
  for (const std::string& appid : appids)
    if (appid.empty() || appid.size() > limits::appid_bytes ||
        !std::ranges::all_of(appid, is_printable_ascii))
      return fail(errc::invalid_field, "targeting.appids: that is no appid");
  if (std::ranges::adjacent_find(appids, std::greater_equal{}) != appids.end())
    return fail(errc::invalid_field, "targeting.appids: not ascending, or one of them twice");
  return {};
}

result<void> check_targeting(const config_targeting& targeting) {
  if (targeting.percentage > config_everybody)
    return fail(errc::invalid_field, "targeting.percentage: a number from 0 to 100 is needed");
  return check_appids(targeting.appids).and_then([&] {
    return check_json_size("otherwise", targeting.otherwise, limits::config_value_bytes);
  });
}

/// https://datatracker.ietf.org/doc/html/draft-eastlake-fnv, FNV-1a with 64 bits.
class fnv_1a {
public:
  constexpr void add(std::uint8_t byte) noexcept { hash_ = (hash_ ^ byte) * 0x00000100000001B3ULL; }
  constexpr std::uint64_t hash() const noexcept { return hash_; }

private:
  std::uint64_t hash_ = 0xCBF29CE484222325ULL;
};

/// The finalizer of MurmurHash3 with 128 bits: every bit of the input changes half of the output's.
constexpr std::uint64_t finalize(std::uint64_t hash) noexcept {
  hash ^= hash >> 33U;
  hash *= 0xFF51AFD7ED558CCDULL;
  hash ^= hash >> 33U;
  hash *= 0xC4CEB9FE1A85EC53ULL;
  return hash ^ (hash >> 33U);
}

} // namespace

std::string_view to_string(config_visibility visibility) noexcept {
  return visibility == config_visibility::server ? "server" : "client";
}

std::optional<config_visibility> parse_config_visibility(std::string_view text) noexcept {
  if (text == "client") return config_visibility::client;
  if (text == "server") return config_visibility::server;
  return std::nullopt;
}

result<void> check_config_key(std::string_view key) {
  if (key.empty() || key.size() > limits::config_key_bytes || !is_utf8_without_controls(key) ||
      has_deceptive_characters(key))
    return fail(errc::invalid_field, "a key is UTF-8 of 1 to " +
                                         std::to_string(limits::config_key_bytes) +
                                         " bytes without control characters and invisible ones");
  return {};
}

result<void> check_config_content(const config_content& content) {
  return check_json_size("value", content.json, limits::config_value_bytes)
      .and_then([&] {
        return check_text("description", content.description, limits::config_description_bytes);
      })
      .and_then(
          [&] { return check_json_size("schema", content.schema, limits::config_schema_bytes); })
      .and_then([&]() -> result<void> {
        return content.targeting ? check_targeting(*content.targeting) : result<void>{};
      });
}

result<void> check_live_setting(std::string_view key, const config_content& content) {
  if (!key.starts_with(settings_prefix)) return {};
  if (content.visibility == config_visibility::server && !content.targeting) return {};
  return fail(errc::invalid_field, "a setting is for the server, and has no targeting");
}

result<void> check_config_change(const config_change& by) {
  return check_text("who", by.who, limits::config_who_bytes).and_then([&] {
    return check_text("note", by.note, limits::config_note_bytes);
  });
}

std::uint32_t config_place(std::string_view key, user_id user) noexcept {
  fnv_1a hash;
  for (const char character : key)
    hash.add(static_cast<std::uint8_t>(character));
  hash.add(0);
  for (unsigned shift = 0; shift < 64; shift += 8)
    hash.add(static_cast<std::uint8_t>(user.value >> shift));
  const std::uint64_t upper = finalize(hash.hash()) >> 32U;
  return static_cast<std::uint32_t>((upper * config_everybody) >> 32U);
}

bool is_for(const config_targeting& targeting, std::string_view key, std::string_view appid,
            std::optional<user_id> user) noexcept {
  const auto& appids = targeting.appids;
  if (!appids.empty() && std::ranges::find(appids, appid) == appids.end()) return false;
  if (targeting.percentage >= config_everybody) return true;
  return user && config_place(key, *user) < targeting.percentage;
}

} // namespace maque
