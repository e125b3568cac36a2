#include "domain/text.hpp"

#include <cstdint>

namespace maque {

namespace {

constexpr std::uint8_t byte_at(std::string_view text, std::size_t index) noexcept {
  return static_cast<std::uint8_t>(text[index]);
}

constexpr bool in_range(std::uint8_t byte, std::uint8_t first, std::uint8_t last) noexcept {
  return byte >= first && byte <= last;
}

// How a character begins: RFC 3629, section 4 (UTF8-octets). The second byte's range is what
// excludes overlong forms (E0, F0), surrogates (ED) and what is above U+10FFFF (F4).
struct lead {
  std::size_t length = 0; // 0: no character begins with this byte.
  std::uint8_t second_first = 0x80;
  std::uint8_t second_last = 0xBF;
};

constexpr lead classify(std::uint8_t byte) noexcept {
  if (byte <= 0x7F) return {1};
  if (in_range(byte, 0xC2, 0xDF)) return {2};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x80, 0x9F};
  if (in_range(byte, 0xE1, 0xEF)) return {3};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (in_range(byte, 0xF1, 0xF3)) return {4};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  return {};
}

// The length of the character that `text` begins with, or 0 if it isn't one.
constexpr std::size_t character_length(std::string_view text) noexcept {
  const lead first = classify(byte_at(text, 0));
  if (first.length <= 1) return first.length;
  if (text.size() < first.length) return 0;
  if (!in_range(byte_at(text, 1), first.second_first, first.second_last)) return 0;
  for (std::size_t i = 2; i < first.length; ++i) {
    if (!in_range(byte_at(text, i), 0x80, 0xBF)) return 0;
  }
  return first.length;
}

} // namespace

std::optional<std::size_t> count_code_points(std::string_view text) noexcept {
  std::size_t count = 0;
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    if (length == 0) return std::nullopt;
    text.remove_prefix(length);
    ++count;
  }
  return count;
}

bool has_deceptive_characters(std::string_view text) noexcept {
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    const std::uint8_t last = byte_at(text, i + 2);
    if (text.substr(i, 2) == "\xE2\x80") {
      // U+200B, U+200E and U+200F, U+2028 to U+202E
      if (last == 0x8B || in_range(last, 0x8E, 0x8F) || in_range(last, 0xA8, 0xAE)) return true;
    } else if (text.substr(i, 2) == "\xE2\x81") {
      if (in_range(last, 0xA0, 0xAF)) return true; // U+2060 to U+206F
    } else if (text.substr(i, 3) == "\xEF\xBB\xBF") {
      return true; // U+FEFF
    }
  }
  return false;
}

bool has_control_characters(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::uint8_t byte = byte_at(text, i);
    if (byte < 0x20 || byte == 0x7F) return true;
    // C1 in UTF-8 is C2 80 to C2 9F; C2 only ever begins a character.
    if (byte == 0xC2 && i + 1 < text.size() && in_range(byte_at(text, i + 1), 0x80, 0x9F)) {
      return true;
    }
  }
  return false;
}

} // namespace maque
