#include "actors/last_error.hpp"

namespace maque {

std::string last_error::text_of(const error& what) {
  std::string text{info(what.code).name};
  if (!what.cause.empty()) text += ": " + what.cause;
  return text;
}

std::string last_error::shortened(std::string text) {
  if (text.size() <= text_bytes) return text;
  // Not within a character, if these are characters.
  constexpr std::size_t longest = 4;
  std::size_t end = text_bytes;
  while (end > text_bytes - longest && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
    --end;
  text.resize(end);
  return text;
}

} // namespace maque
