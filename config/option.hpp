#pragma once

#include "config/settings.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace maque::config {

/// Where an option's value is in the settings; which alternative it is, is the option's kind.
using location =
    std::variant<std::uint16_t*, std::uint32_t*, milliseconds*, double*, std::string*,
                 std::filesystem::path*, secret*, std::vector<std::string>*, std::vector<secret>*,
                 cors_mode*, proxy_header*, token_algorithm*, wechat_mode*, registration_mode*>;

/// What an option's value may be. Numbers: the value; durations: milliseconds; strings: bytes;
/// lists: entries.
struct bounds {
  std::int64_t minimum = 0;
  std::int64_t maximum = 0;
  /// Values are multiples of this.
  std::int64_t step = 1;
};

/// One row of the table of options. Its default is what a new `settings` has in its place.
struct option {
  std::string_view name; ///< "section.key"
  location (*locate)(settings&) = nullptr;
  bounds limits{};
  std::string_view unit{}; ///< Of a number: "bytes"; empty for everything else.
  /// All values that a word may have; of an enumeration, in the order of its enumerators.
  std::span<const std::string_view> choices{};
  std::string_view help{}; ///< One sentence.

  std::string_view section() const noexcept;
  std::string_view key() const noexcept;
  /// "MAQUE_SECTION_KEY"
  std::string variable() const;
  bool is_secret() const;
  /// Whether it can change while the server runs: see config/live_settings.hpp.
  bool is_live() const noexcept;
};

/// In the order of maque.example.toml.
std::span<const option> all_options() noexcept;

/// Null if there is none of that name.
const option* find_option(std::string_view name) noexcept;

} // namespace maque::config
