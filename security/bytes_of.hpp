#pragma once

#include <string_view>

namespace maque::security {

/// As C libraries want bytes.
inline const unsigned char* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

} // namespace maque::security
