#include "domain/username.hpp"

#include "domain/ascii.hpp"
#include "domain/limits.hpp"

#include <algorithm>

namespace maque {

namespace {

constexpr bool is_allowed(char c) noexcept {
  return is_letter_or_digit(c) || std::string_view{"._@+-"}.find(c) != std::string_view::npos;
}

tl::unexpected<error> bad_username(const std::string& why) {
  return fail(errc::invalid_field, "username: " + why);
}

} // namespace

result<username> username::parse(std::string_view text) {
  if (text.size() < limits::username_characters_min)
    return bad_username("shorter than " + std::to_string(limits::username_characters_min) +
                        " characters");
  if (text.size() > limits::username_characters_max)
    return bad_username("longer than " + std::to_string(limits::username_characters_max) +
                        " characters");
  if (!std::ranges::all_of(text, is_allowed))
    return bad_username("may have letters from A to Z, digits and . _ @ + - only");
  if (!is_letter_or_digit(text.front())) return bad_username("must begin with a letter or digit");
  std::string lower{text};
  std::ranges::transform(lower, lower.begin(), to_lower);
  return username{std::move(lower)};
}

} // namespace maque
