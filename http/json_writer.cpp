#include "http/json_writer.hpp"

#include "domain/ids.hpp"
#include "domain/time.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>

namespace maque::http {

namespace {

bool needs_escape(char c) noexcept {
  return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
}

/// How many of the first characters need none. Eight at a time, for there are few that do: see
/// "Determine if a word has a byte less than n" at
/// https://graphics.stanford.edu/~seander/bithacks.html.
std::size_t count_clean(std::string_view text) noexcept {
  constexpr std::uint64_t ones = 0x0101010101010101;
  constexpr std::uint64_t tops = ones << 7;
  const auto has_zero = [](std::uint64_t word) { return ((word - ones) & ~word & tops) != 0; };
  std::size_t at = 0;
  for (std::uint64_t word = 0; at + sizeof word <= text.size(); at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    const bool has_control = ((word - ones * 0x20) & ~word & tops) != 0;
    if (has_control || has_zero(word ^ (ones * '"')) || has_zero(word ^ (ones * '\\'))) break;
  }
  while (at < text.size() && !needs_escape(text[at]))
    ++at;
  return at;
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  switch (c) {
  case '"':
    out += "\\\"";
    return;
  case '\\':
    out += "\\\\";
    return;
  case '\n':
    out += "\\n";
    return;
  case '\r':
    out += "\\r";
    return;
  case '\t':
    out += "\\t";
    return;
  default:
    out += "\\u00";
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15];
  }
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
  out += out.back() == '{' ? "\"" : ",\"";
  out += name;
  out += "\":";
  append_json_string(out, text);
}

/// The first member: 64-bit numbers are strings.
void append_id(std::string& out, user_id id) {
  std::array<char, 20> digits; // Enough for every 64-bit number.
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), id.value);
  out.append(R"("id":")").append(digits.data(), written.ptr) += '"';
}

} // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (true) {
    const std::size_t clean = count_clean(text);
    out += text.substr(0, clean);
    if (clean == text.size()) break;
    append_escaped(out, text[clean]);
    text.remove_prefix(clean + 1);
  }
  out += '"';
}

void append_public_profile(std::string& out, const public_profile& who) {
  out += '{';
  append_id(out, who.id);
  append_member(out, "nickname", who.nickname);
  append_member(out, "avatar_url", who.avatar_url);
  out += '}';
}

void append_user(std::string& out, const user& who) {
  out += '{';
  append_id(out, who.id);
  append_member(out, "nickname", who.nickname);
  append_member(out, "avatar_url", who.avatar_url);
  append_member(out, "language", who.language);
  append_member(out, "role", to_string(who.role));
  append_member(out, "created_at", to_rfc3339(who.created_at));
  out += '}';
}

} // namespace maque::http
