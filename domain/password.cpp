#include "domain/password.hpp"

#include "domain/ascii.hpp"
#include "domain/common_passwords.hpp"
#include "domain/limits.hpp"
#include "domain/text.hpp"

#include <algorithm>

namespace maque {

namespace {

// As unsigned bytes, the order of the list.
bool is_less(char left, char right) noexcept {
  return static_cast<unsigned char>(left) < static_cast<unsigned char>(right);
}

// Compares what is in lower case already with what is not.
bool precedes(std::string_view lower, std::string_view any) noexcept {
  return std::ranges::lexicographical_compare(lower, any, is_less, {}, to_lower);
}

bool equals(std::string_view lower, std::string_view any) noexcept {
  return std::ranges::equal(lower, any, {}, {}, to_lower);
}

tl::unexpected<error> bad_password(const std::string& why) {
  return fail(errc::invalid_field, "password: " + why);
}

} // namespace

bool is_common_password(std::string_view text) noexcept {
  const auto all = common_passwords();
  const auto at = std::ranges::lower_bound(all, text, precedes);
  return at != all.end() && equals(*at, text);
}

result<void> validate_password(std::string_view text, const username& who) {
  const std::string too_long =
      "longer than " + std::to_string(limits::password_code_points_max) + " characters";
  if (text.size() > limits::password_bytes) return bad_password(too_long);
  const auto length = count_code_points(text);
  if (!length) return bad_password("not valid UTF-8");
  if (*length < limits::password_code_points_min)
    return bad_password("shorter than " + std::to_string(limits::password_code_points_min) +
                        " characters");
  if (*length > limits::password_code_points_max) return bad_password(too_long);
  if (equals(who.text(), text)) return bad_password("the same as the username");
  if (is_common_password(text)) return bad_password("among the most common ones");
  return {};
}

} // namespace maque
