#include "domain/user.hpp"

#include "domain/ascii.hpp"
#include "domain/limits.hpp"
#include "domain/text.hpp"

#include <algorithm>

namespace maque {

namespace {

// What is wrong with a field, or nothing.
using complaint = std::optional<std::string>;

// RFC 3986, appendix A: visible ASCII, but none of these. They are also what breaks out of an HTML
// attribute in a page that forgot to escape.
constexpr bool is_url_character(char c) noexcept {
  constexpr std::string_view excluded = R"("<>\^`{|})";
  return c > ' ' && c < '\x7F' && excluded.find(c) == std::string_view::npos;
}

complaint check_nickname(std::string_view nickname) {
  const auto length = count_code_points(nickname);
  if (!length) return "not valid UTF-8";
  if (*length > limits::nickname_code_points) {
    return "longer than " + std::to_string(limits::nickname_code_points) + " characters";
  }
  if (has_control_characters(nickname)) return "contains control characters";
  if (has_deceptive_characters(nickname)) return "contains invisible characters";
  return std::nullopt;
}

complaint check_avatar_url(std::string_view url) {
  constexpr std::string_view scheme = "https://";
  if (url.empty()) return std::nullopt;
  if (url.size() > limits::avatar_url_bytes) {
    return "longer than " + std::to_string(limits::avatar_url_bytes) + " bytes";
  }
  if (!std::ranges::all_of(url, is_url_character))
    return "contains characters that a URL can't have";
  if (!url.starts_with(scheme)) return "not an absolute https URL";

  // A name before the host ("https://wechat.com@evil.example/") only ever serves to deceive the
  // reader: RFC 9110, 4.2.4.
  const std::string_view rest = url.substr(scheme.size());
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (authority.empty() || authority.starts_with(':')) return "has no host";
  if (authority.find('@') != std::string_view::npos) return "contains user information";
  return std::nullopt;
}

// RFC 5646, 2.1, without the registry: alphanumeric subtags of 1 to 8 characters; the first one is
// a language of 2 to 8 letters.
complaint check_language(std::string_view tag) {
  if (tag.empty()) return std::nullopt;
  if (tag.size() > limits::language_bytes) {
    return "longer than " + std::to_string(limits::language_bytes) + " bytes";
  }
  complaint malformed = "not a BCP 47 language tag";
  bool is_first = true;
  for (std::size_t begin = 0; begin <= tag.size(); is_first = false) {
    const std::size_t end = std::min(tag.find('-', begin), tag.size());
    const std::string_view subtag = tag.substr(begin, end - begin);
    begin = end + 1;
    if (subtag.empty() || subtag.size() > 8) return malformed;
    if (!std::ranges::all_of(subtag, is_letter_or_digit)) return malformed;
    if (is_first && (subtag.size() < 2 || !std::ranges::all_of(subtag, is_letter)))
      return malformed;
  }
  return std::nullopt;
}

} // namespace

std::string_view to_string(user_role role) noexcept {
  return role == user_role::admin_operator ? "operator" : "user";
}

std::optional<user_role> parse_user_role(std::string_view text) noexcept {
  for (const user_role role : {user_role::user, user_role::admin_operator}) {
    if (text == to_string(role)) return role;
  }
  return std::nullopt;
}

result<void> validate(const profile_patch& patch) {
  const auto check = [](std::string_view name, const std::optional<std::string>& value,
                        complaint (*rule)(std::string_view)) -> result<void> {
    if (!value) return {};
    const complaint wrong = rule(*value);
    if (!wrong) return {};
    return fail(errc::invalid_field, std::string{name} + ": " + *wrong);
  };

  if (auto ok = check("nickname", patch.nickname, check_nickname); !ok) return ok;
  if (auto ok = check("avatar_url", patch.avatar_url, check_avatar_url); !ok) return ok;
  return check("language", patch.language, check_language);
}

void apply(const profile_patch& patch, user& target) {
  if (patch.nickname) target.nickname = *patch.nickname;
  if (patch.avatar_url) target.avatar_url = *patch.avatar_url;
  if (patch.language) target.language = *patch.language;
}

} // namespace maque
