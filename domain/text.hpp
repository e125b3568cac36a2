#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace maque {

/// The number of Unicode scalar values in `text`, or nothing if it is not well-formed UTF-8
/// (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
std::optional<std::size_t> count_code_points(std::string_view text) noexcept;

/// True if `text` has a C0 control character, DEL or a C1 control character (U+0080–U+009F).
bool has_control_characters(std::string_view text) noexcept;

} // namespace maque
