#pragma once

#include "domain/session.hpp"

#include <string>
#include <string_view>

namespace maque::security {

/// 128 random bits in base64url: 22 characters.
std::string make_invitation_code();

/// The SHA-256 of the code's text, which is all that is stored of it: too many codes are possible
/// to try them.
sha256_digest hash_invitation_code(std::string_view code);

} // namespace maque::security
