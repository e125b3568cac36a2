#include "http/json_writer.hpp"

#include "domain/ids.hpp"
#include "domain/time.hpp"

#include <array>
#include <charconv>

namespace maque::http {

namespace {

bool needs_escape(char c) noexcept {
  return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
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
  out.append("\"id\":\"").append(digits.data(), written.ptr) += '"';
}

} // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  std::size_t clean_from = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!needs_escape(text[at])) continue;
    out += text.substr(clean_from, at - clean_from);
    append_escaped(out, text[at]);
    clean_from = at + 1;
  }
  out += text.substr(clean_from);
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
