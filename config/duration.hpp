#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace maque::config {

/// Reads a whole number with one unit behind it: "250ms", "10s", "15m", "12h", "30d".
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept;

/// In the largest unit that is exact; parse_duration() gives the same duration back.
std::string format_duration(std::chrono::milliseconds duration);

} // namespace maque::config
