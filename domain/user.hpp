#pragma once

#include "domain/errors.hpp"
#include "domain/ids.hpp"
#include "domain/time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace maque {

enum class user_role : std::uint8_t { user, admin_operator };

std::string_view to_string(user_role role) noexcept;
std::optional<user_role> parse_user_role(std::string_view text) noexcept;

/// A person who can log in.
struct user {
  user_id id;
  std::string nickname;   ///< May be empty; at most limits::nickname_code_points.
  std::string avatar_url; ///< Empty, or an absolute https URL.
  std::string language;   ///< Empty, or a BCP 47 tag such as "zh-CN".
  user_role role = user_role::user;
  bool disabled = false;
  utc_time created_at;
  utc_time updated_at;
  /// Counts the changes of this row: of two copies, the one with the higher revision is newer.
  std::uint64_t revision = 1;

  friend bool operator==(const user&, const user&) = default;
};

/// A change of one's own profile; what is absent stays as it is.
struct profile_patch {
  std::optional<std::string> nickname{};
  std::optional<std::string> avatar_url{};
  std::optional<std::string> language{};

  bool empty() const noexcept { return !nickname && !avatar_url && !language; }
};

/// Checks every field that is present; fails with invalid_field that names the first bad one.
result<void> validate(const profile_patch& patch);

/// Copies the present fields into `target`.
void apply(const profile_patch& patch, user& target);

} // namespace maque
