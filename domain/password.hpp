#pragma once

#include "domain/errors.hpp"
#include "domain/username.hpp"

#include <string_view>

namespace maque {

/// Checks a password that somebody wants to set: well-formed UTF-8 of
/// limits::password_code_points_min to limits::password_code_points_max characters
/// (ASVS 6.2.1, 6.2.9), whatever they are (6.2.5); none of the common ones (6.2.4) and not his
/// username, both without regard to the case of ASCII letters. Fails with invalid_field and a hint
/// that never repeats the password. What is accepted is to be hashed as it is: not cut, folded or
/// normalised (6.2.8). Not for logging in: a password of an imported account may be one that could
/// not be set here.
/// @param who may be empty if he has no username.
result<void> validate_password(std::string_view text, const username& who);

/// Whether it is among the common ones, without regard to the case of ASCII letters. Allocates
/// nothing.
bool is_common_password(std::string_view text) noexcept;

} // namespace maque
