#pragma once

#include "domain/errors.hpp"

#include <compare>
#include <string>
#include <string_view>
#include <utility>

namespace maque {

/// The name that somebody logs in with beside a password: limits::username_characters_min to
/// limits::username_characters_max of the characters A-Z a-z 0-9 . _ @ + -, beginning with a letter
/// or digit. Kept in lower case, so that it is unique without regard to case.
class username {
public:
  /// Nobody's; parse() never makes it.
  username() = default;

  /// Fails with invalid_field and a hint that doesn't repeat the text.
  static result<username> parse(std::string_view text);

  const std::string& text() const noexcept { return text_; }

  friend bool operator==(const username&, const username&) = default;
  friend auto operator<=>(const username&, const username&) = default;

private:
  explicit username(std::string text) : text_{std::move(text)} {}

  std::string text_;
};

inline const std::string& to_string(const username& name) noexcept {
  return name.text();
}

} // namespace maque
