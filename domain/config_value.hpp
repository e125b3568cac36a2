#pragma once

#include "domain/errors.hpp"
#include "domain/ids.hpp"
#include "domain/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The live configuration: values by key that operators publish while the server runs. A change of
/// any key is a version; versions count up over all keys: docs/adr/0018-live-configuration.md.
namespace maque {

/// Who is given a value: clients by GET /api/config, or only the server itself.
enum class config_visibility : std::uint8_t { client, server };

std::string_view to_string(config_visibility visibility) noexcept;
std::optional<config_visibility> parse_config_visibility(std::string_view text) noexcept;

/// A hundred percent, as config_targeting counts.
inline constexpr std::uint32_t config_everybody = 10'000;

/// Whom a value is for. All others get `otherwise`.
struct config_targeting {
  /// The mini-programs whose users it is for, ascending, none twice. Empty: those of all.
  std::vector<std::string> appids{};
  /// The part of the users, in hundredths of a percent: 0 to config_everybody.
  std::uint32_t percentage = config_everybody;
  /// A serialised JSON value. Nothing: for the others there is no such key.
  std::optional<std::string> otherwise{};

  friend bool operator==(const config_targeting&, const config_targeting&) = default;
};

/// What an operator writes, and publishes as a whole.
struct config_content {
  std::string json;        ///< The value: serialised JSON without blanks between the tokens.
  std::string description; ///< For operators.
  config_visibility visibility = config_visibility::client;
  std::optional<config_targeting> targeting{}; ///< Nothing: for everybody.
  /// What the value, and what others get instead, has to be like: a serialised JSON Schema. It is
  /// checked by those who write (schema/config_check.hpp), not by the database.
  std::optional<std::string> schema{};

  friend bool operator==(const config_content&, const config_content&) = default;
};

/// Who changes something, when and why.
struct config_change {
  std::string who; ///< An operator's name, or "command line (alice)".
  utc_time at;
  std::string note{};

  friend bool operator==(const config_change&, const config_change&) = default;
};

/// What one version did to its key. None is ever changed or removed.
struct config_version {
  std::uint64_t version = 0;
  std::optional<config_content> content{}; ///< Nothing: the key was removed.
  /// Empty texts: from before they were kept.
  config_change by{};

  friend bool operator==(const config_version&, const config_version&) = default;
};

/// What an operator has written but not published: at most one a key.
struct config_draft {
  config_content content;
  std::string saved_by;
  utc_time saved_at;
  /// The version of the key that it is to follow; 0: there was none. If the key has another one by
  /// now, the draft can't be published before it is saved again with that as its base.
  std::uint64_t base_version = 0;
  /// Counts how often it was saved, from 1.
  std::uint64_t revision = 1;

  friend bool operator==(const config_draft&, const config_draft&) = default;
};

/// A key as an operator sees it. It has a published version, a draft, or both.
struct config_item {
  std::string key;
  std::optional<config_version> published{}; ///< Always with a content.
  std::optional<config_draft> draft{};

  /// What is given as a base_version: 0 if nothing is published.
  std::uint64_t version() const noexcept { return published ? published->version : 0; }

  friend bool operator==(const config_item&, const config_item&) = default;
};

/// The rule for new keys: 1 to limits::config_key_bytes of UTF-8, without control characters and
/// without characters that are not seen (see domain/text.hpp). Fails with invalid_field.
result<void> check_config_key(std::string_view key);

/// The lengths and ranges of everything in it, and that an appid is of printable ASCII without
/// blanks. Fails with invalid_field; with body_too_large, if the value is. Does not read the JSON:
/// that is for schema/config_check.hpp.
result<void> check_config_content(const config_content& content);

/// A key that begins like this is a setting of the server that changes while it runs.
inline constexpr std::string_view settings_prefix = "settings.";

/// A setting is for the server, and for all of it. Fails with invalid_field.
result<void> check_live_setting(std::string_view key, const config_content& content);

/// Fails with invalid_field if a text is too long or has control characters.
result<void> check_config_change(const config_change& by);

/// Where a user stands among all users, from 0 to config_everybody - 1, as far as this key is
/// concerned. It depends on nothing else, is the same on every node and in every version of this
/// program, and is spread evenly; a user's places for two keys have nothing to do with each other.
/// The hash is FNV-1a (64 bit) of the key's bytes, a zero byte and the id's eight bytes, lowest
/// first; then MurmurHash3's finalizer; of that the upper 32 bits, scaled to the range.
std::uint32_t config_place(std::string_view key, user_id user) noexcept;

/// Whether a value is for somebody. A user whom a percentage includes is included by every higher
/// one, too. Whoever is not logged in has no place: only all users together include him.
/// @param appid the mini-program that he uses; empty: none.
bool is_for(const config_targeting& targeting, std::string_view key, std::string_view appid,
            std::optional<user_id> user) noexcept;

} // namespace maque
