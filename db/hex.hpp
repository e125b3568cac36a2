#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace maque::db {

/// In lower case.
std::string to_hex(std::span<const std::uint8_t> bytes);

/// Nothing if it isn't what to_hex() makes.
std::optional<std::vector<std::uint8_t>> from_hex(std::string_view hex);

} // namespace maque::db
