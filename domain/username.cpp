#include "domain/username.hpp"

#include "domain/ascii.hpp"
#include "domain/limits.hpp"

#include <algorithm>

namespace maque {

namespace {

constexpr bool is_letter_or_digit(char c) noexcept {
  return (to_lower(c) >= 'a' && to_lower(c) <= 'z') || (c >= '0' && c <= '9');
}

constexpr bool is_allowed(char c) noexcept {
  return is_letter_or_digit(c) || std::string_view{"._@+-"}.find(c) != std::string_view::npos;
}

tl::unexpected<error> refusal(const std::string& why) {
  return fail(errc::invalid_field, "username: " + why);
}

} // namespace

result<username> username::parse(std::string_view text) {
  if (text.size() < limits::username_characters_min)
    return refusal("shorter than " + std::to_string(limits::username_characters_min) +
                   " characters");
  if (text.size() > limits::username_characters_max)
    return refusal("longer than " + std::to_string(limits::username_characters_max) +
                   " characters");
  if (!std::ranges::all_of(text, is_allowed))
    return refusal("may have letters from A to Z, digits and . _ @ + - only");
  if (!is_letter_or_digit(text.front())) return refusal("must begin with a letter or digit");
  std::string lower{text};
  std::ranges::transform(lower, lower.begin(), to_lower);
  return username{std::move(lower)};
}

} // namespace maque
