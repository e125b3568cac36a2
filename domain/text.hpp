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

/// True if `text` has characters that are not seen but change how the rest is read: zero-width
/// spaces, line and paragraph separators, and what turns the direction of writing (Unicode
/// Technical Report 36, section 2). The joiners, which emoji and many scripts need, are not among
/// them.
bool has_deceptive_characters(std::string_view text) noexcept;

} // namespace maque
