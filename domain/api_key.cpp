#include "domain/api_key.hpp"

#include "domain/ascii.hpp"

#include <algorithm>

namespace maque {

namespace {

constexpr std::size_t name_characters_max = 64;

constexpr bool is_name_character(char c) noexcept {
  return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-';
}

} // namespace

std::string_view to_string(api_scope scope) noexcept {
  switch (scope) {
  case api_scope::wechat_messages:
    return "wechat.messages";
  case api_scope::wechat_checks:
    return "wechat.checks";
  case api_scope::wechat_codes:
    return "wechat.codes";
  case api_scope::wechat_links:
    return "wechat.links";
  }
  return "";
}

std::optional<api_scope> parse_api_scope(std::string_view text) noexcept {
  for (const api_scope scope : all_api_scopes)
    if (to_string(scope) == text) return scope;
  return std::nullopt;
}

std::string api_scopes::text() const {
  std::string names;
  for (const api_scope scope : all_api_scopes) {
    if (!contains(scope)) continue;
    if (!names.empty()) names += ' ';
    names += to_string(scope);
  }
  return names;
}

api_scopes api_scopes::parse(std::string_view text) {
  api_scopes parsed;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (const auto scope = parse_api_scope(text.substr(0, end))) parsed.add(*scope);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parsed;
}

bool is_api_key_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= name_characters_max && is_letter(text.front()) &&
         std::ranges::all_of(text, is_name_character);
}

} // namespace maque
