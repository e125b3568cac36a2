#include "security/base64url.hpp"

#include <sodium.h>

#include <array>
#include <cassert>

namespace maque::security {

namespace {

constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Has a bit that no value of the alphabet has, and so shows in a bitwise or.
constexpr std::uint32_t not_in_alphabet = 0x80;

constexpr auto values = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(static_cast<std::uint8_t>(not_in_alphabet));
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}();

constexpr std::uint32_t value_of(char character) noexcept {
  return values[static_cast<std::uint8_t>(character)];
}

// In constant time, like the decoder that it guards.
bool is_ascii(std::string_view text) noexcept {
  unsigned seen = 0;
  for (const char character : text) {
    seen |= static_cast<std::uint8_t>(character);
  }
  return seen < 0x80;
}

// The two or three characters behind the last group of four.
bool decode_rest(std::string_view rest, std::uint8_t* out) noexcept {
  const std::uint32_t first = value_of(rest[0]);
  const std::uint32_t second = value_of(rest[1]);
  const std::uint32_t third = rest.size() == 3 ? value_of(rest[2]) : 0;
  if (((first | second | third) & not_in_alphabet) != 0) return false;

  const std::uint32_t bits = first << 12 | second << 6 | third;
  out[0] = static_cast<std::uint8_t>(bits >> 10);
  if (rest.size() == 2) return (bits & 0x3FF) == 0;
  out[1] = static_cast<std::uint8_t>(bits >> 2);
  return (bits & 0x3) == 0;
}

} // namespace

std::string encode_base64url(std::span<const std::uint8_t> bytes) {
  // libsodium ends the text with a zero, where a std::string has one anyway.
  std::string text(sodium_base64_encoded_len(bytes.size(), variant) - 1, '\0');
  sodium_bin2base64(text.data(), text.size() + 1, bytes.data(), bytes.size(), variant);
  return text;
}

std::string encode_base64url(std::string_view bytes) {
  return encode_base64url({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

std::optional<std::string> decode_base64url(std::string_view text) {
  // libsodium 1.0.18 takes every byte from 0x80 on for a '_'.
  if (!is_ascii(text)) return std::nullopt;
  std::string bytes(base64url_decoded_size(text.size()), '\0');
  std::size_t length = 0;
  const char* end = nullptr;
  const int failure = sodium_base642bin(reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size(),
                                        text.data(), text.size(), nullptr, &length, &end, variant);
  // It stops at the first character that it doesn't know, which is no failure to it.
  if (failure != 0 || end != text.data() + text.size() || length != bytes.size()) {
    return std::nullopt;
  }
  return bytes;
}

bool decode_public_base64url(std::string_view text, std::span<std::uint8_t> out) noexcept {
  assert(out.size() >= base64url_decoded_size(text.size()));
  std::uint8_t* next = out.data();
  std::uint32_t seen = 0;
  for (; text.size() >= 4; text.remove_prefix(4)) {
    const std::uint32_t first = value_of(text[0]);
    const std::uint32_t second = value_of(text[1]);
    const std::uint32_t third = value_of(text[2]);
    const std::uint32_t fourth = value_of(text[3]);
    seen |= first | second | third | fourth;
    const std::uint32_t bits = first << 18 | second << 12 | third << 6 | fourth;
    *next++ = static_cast<std::uint8_t>(bits >> 16);
    *next++ = static_cast<std::uint8_t>(bits >> 8);
    *next++ = static_cast<std::uint8_t>(bits);
  }
  if ((seen & not_in_alphabet) != 0 || text.size() == 1) return false;
  return text.empty() || decode_rest(text, next);
}

} // namespace maque::security
