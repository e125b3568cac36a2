#include "telemetry/json_text.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace maque::log {

namespace {

constexpr bool is_plain(unsigned char byte) {
  return byte >= 0x20 && byte < 0x7F && byte != '"' && byte != '\\';
}

// A look-up instead of four comparisons a byte: almost all text that is logged is plain.
constexpr auto plain_bytes = [] {
  std::array<bool, 256> table{};
  for (std::size_t byte = 0; byte < table.size(); ++byte)
    table[byte] = is_plain(static_cast<unsigned char>(byte));
  return table;
}();

// True if one of the eight bytes is not plain: each term sets a byte's top bit where the byte is
// above 0x7F, below 0x20, a quotation mark, a backslash or DEL. Only a byte that is not plain
// borrows from its neighbour, so the answer is exact.
constexpr bool has_special(std::uint64_t bytes) {
  constexpr std::uint64_t ones = 0x0101010101010101;
  const auto mark_zeroes = [](std::uint64_t word) { return word - ones; };
  const auto special = bytes | (bytes - ones * 0x20) | mark_zeroes(bytes ^ (ones * '"')) |
                       mark_zeroes(bytes ^ (ones * '\\')) | mark_zeroes(bytes ^ (ones * 0x7F));
  return (special & (ones * 0x80)) != 0;
}

std::size_t count_plain(std::string_view text) {
  std::size_t count = 0;
  for (std::uint64_t word = 0; text.size() - count >= sizeof word; count += sizeof word) {
    std::memcpy(&word, text.data() + count, sizeof word);
    if (has_special(word)) break;
  }
  while (count < text.size() && plain_bytes[static_cast<unsigned char>(text[count])])
    ++count;
  return count;
}

// A UTF-8 sequence of more than one byte; length 0 if there is no well-formed one.
struct sequence {
  std::size_t length = 0;
  std::uint32_t code_point = 0;
};

// The lead byte's length, payload and the range of the second byte, which is what excludes overlong
// forms, surrogates and values above U+10FFFF (RFC 3629, section 4).
struct lead {
  std::size_t length = 0;
  unsigned char payload_mask = 0;
  unsigned char second_from = 0x80;
  unsigned char second_to = 0xBF;
};

constexpr lead classify(unsigned char byte) {
  if (byte >= 0xC2 && byte <= 0xDF) return {2, 0x1F};
  if (byte == 0xE0) return {3, 0x0F, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x0F, 0x80, 0x9F};
  if (byte >= 0xE1 && byte <= 0xEF) return {3, 0x0F};
  if (byte == 0xF0) return {4, 0x07, 0x90, 0xBF};
  if (byte >= 0xF1 && byte <= 0xF3) return {4, 0x07};
  if (byte == 0xF4) return {4, 0x07, 0x80, 0x8F};
  return {};
}

sequence decode(std::string_view text) {
  const auto byte_at = [text](std::size_t index) {
    return static_cast<unsigned char>(text[index]);
  };
  const auto first = classify(byte_at(0));
  if (first.length == 0 || first.length > text.size()) return {};
  if (byte_at(1) < first.second_from || byte_at(1) > first.second_to) return {};
  std::uint32_t code_point = byte_at(0) & first.payload_mask;
  for (std::size_t index = 1; index < first.length; ++index) {
    if ((byte_at(index) & 0xC0U) != 0x80) return {};
    code_point = (code_point << 6U) | (byte_at(index) & 0x3FU);
  }
  return {first.length, code_point};
}

void append_escape(std::string& out, std::uint32_t code_unit) {
  constexpr std::string_view digits = "0123456789abcdef";
  const std::array<char, 6> text = {'\\',
                                    'u',
                                    digits[(code_unit >> 12U) & 0xFU],
                                    digits[(code_unit >> 8U) & 0xFU],
                                    digits[(code_unit >> 4U) & 0xFU],
                                    digits[code_unit & 0xFU]};
  out.append(text.data(), text.size());
}

void append_special_ascii(std::string& out, char byte) {
  switch (byte) {
  case '"':
    out.append("\\\"");
    return;
  case '\\':
    out.append("\\\\");
    return;
  case '\n':
    out.append("\\n");
    return;
  case '\r':
    out.append("\\r");
    return;
  case '\t':
    out.append("\\t");
    return;
  default:
    append_escape(out, static_cast<unsigned char>(byte));
  }
}

constexpr bool breaks_lines_or_controls(std::uint32_t code_point) {
  return code_point < 0xA0 || code_point == 0x2028 || code_point == 0x2029;
}

// Appends what begins at the front of `text`, which is not plain; returns the bytes it took.
std::size_t append_special(std::string& out, std::string_view text) {
  if (static_cast<unsigned char>(text.front()) < 0x80) {
    append_special_ascii(out, text.front());
    return 1;
  }
  const auto found = decode(text);
  if (found.length == 0) {
    out.append("\xEF\xBF\xBD"); // U+FFFD
    return 1;
  }
  if (breaks_lines_or_controls(found.code_point)) {
    append_escape(out, found.code_point);
  } else {
    out.append(text.substr(0, found.length));
  }
  return found.length;
}

} // namespace

void append_json_text(std::string& out, std::string_view text) {
  while (true) {
    const auto plain = count_plain(text);
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) return;
    text.remove_prefix(append_special(out, text));
  }
}

} // namespace maque::log
