#pragma once

namespace maque {

/// The lower case of an ASCII letter; everything else, also a byte of UTF-8, as it is.
constexpr char to_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

} // namespace maque
