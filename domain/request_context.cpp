#include "domain/request_context.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

namespace maque {

namespace {

// version "-" trace-id "-" parent-id "-" trace-flags, in lower-case hex: section 3.2.2.
constexpr std::size_t version_at = 0;
constexpr std::size_t trace_id_at = 3;
constexpr std::size_t parent_id_at = 36;
constexpr std::size_t flags_at = 53;
constexpr std::size_t fields_end = 55;

/// Behind the two digits.
char* write_hex(char* to, std::uint8_t byte) noexcept {
  constexpr std::string_view digits = "0123456789abcdef";
  *to++ = digits[byte >> 4];
  *to++ = digits[byte & 0x0F];
  return to;
}

// Upper case is not allowed: section 3.2.2 (HEXDIGLC).
constexpr int hex_value(char digit) noexcept {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  return -1;
}

// False unless `text` is exactly the hex form of `out.size()` bytes.
bool parse_hex(std::string_view text, std::span<std::uint8_t> out) noexcept {
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = hex_value(text[2 * i]);
    const int low = hex_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return true;
}

template <std::size_t N>
bool is_zero(const std::array<std::uint8_t, N>& bytes) noexcept {
  return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

// Version 00 has four fields and no more. A later version may have more behind another dash, and is
// read as if it were 00 ("Versioning of traceparent"). Version ff is forbidden.
bool has_allowed_length(std::uint8_t version, std::string_view header) noexcept {
  if (version == 0xFF) return false;
  if (header.size() == fields_end) return true;
  return version != 0 && header[fields_end] == '-';
}

} // namespace

trace_id_text text_of(const trace_id& id) noexcept {
  trace_id_text text;
  char* at = text.data();
  for (const std::uint8_t byte : id.bytes)
    at = write_hex(at, byte);
  return text;
}

traceparent_text text_of(const traceparent& header) noexcept {
  traceparent_text text;
  char* at = std::ranges::copy(std::string_view{"00-"}, text.data()).out;
  at = std::ranges::copy(text_of(header.trace), at).out;
  *at++ = '-';
  for (int shift = 56; shift >= 0; shift -= 8)
    at = write_hex(at, static_cast<std::uint8_t>(header.parent >> shift));
  std::ranges::copy(std::string_view{header.sampled ? "-01" : "-00"}, at);
  return text;
}

std::string to_string(const trace_id& id) {
  const trace_id_text text = text_of(id);
  return {text.data(), text.size()};
}

std::string to_string(const traceparent& header) {
  const traceparent_text text = text_of(header);
  return {text.data(), text.size()};
}

std::optional<traceparent> parse_traceparent(std::string_view header) noexcept {
  if (header.size() < fields_end) return std::nullopt;
  if (header[trace_id_at - 1] != '-' || header[parent_id_at - 1] != '-' ||
      header[flags_at - 1] != '-') {
    return std::nullopt;
  }

  std::array<std::uint8_t, 1> version{};
  std::array<std::uint8_t, 8> parent{};
  std::array<std::uint8_t, 1> flags{};
  traceparent made;
  if (!parse_hex(header.substr(version_at, 2), version) ||
      !parse_hex(header.substr(trace_id_at, 32), made.trace.bytes) ||
      !parse_hex(header.substr(parent_id_at, 16), parent) ||
      !parse_hex(header.substr(flags_at, 2), flags)) {
    return std::nullopt;
  }

  if (!has_allowed_length(version[0], header)) return std::nullopt;
  if (is_zero(made.trace.bytes) || is_zero(parent)) return std::nullopt;
  for (const std::uint8_t byte : parent)
    made.parent = made.parent << 8U | byte;
  made.sampled = (flags[0] & 1U) != 0;
  return made;
}

} // namespace maque
